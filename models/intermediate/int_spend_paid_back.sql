with

buyers as (
    select * from {{ ref('int_buyers_observed') }}
),

orders as (
    select * from {{ ref('int_orders_numbered') }}
),

cohorts as (
    select * from {{ ref('int_cohorts_valued') }}
),

spend_per_month as (
    select * from {{ ref('int_spend_summed') }}
),

revenue_per_age as (
    select
        buyers.channel,
        buyers.cohort_month,
        {{ days_between('orders.first_order_date', 'orders.order_date') }}
            as days_since_first_order,
        sum(orders.net_revenue) as net_revenue
    from orders
    inner join buyers on orders.customer_id = buyers.customer_id
    group by
        buyers.channel,
        buyers.cohort_month,
        {{ days_between('orders.first_order_date', 'orders.order_date') }}
),

cumulated as (
    select
        channel,
        cohort_month,
        days_since_first_order,
        sum(net_revenue) over (
            partition by channel, cohort_month
            order by days_since_first_order
            rows between unbounded preceding and current row
        ) as cumulative_net_revenue
    from revenue_per_age
),

-- no later than the age that the cohort's youngest member has reached: from then on the
-- sum lacks the orders of some
paid_back as (
    select
        cumulated.channel,
        cumulated.cohort_month,
        min(cumulated.days_since_first_order) as payback_days
    from cumulated
    inner join cohorts
        on
            cumulated.channel = cohorts.channel
            and cumulated.cohort_month = cohorts.cohort_month
            and cumulated.days_since_first_order <= cohorts.days_observed
    inner join spend_per_month
        on
            cumulated.channel = spend_per_month.channel
            and cumulated.cohort_month = spend_per_month.calendar_month
            and cumulated.cumulative_net_revenue >= spend_per_month.spend
    group by cumulated.channel, cumulated.cohort_month
)

select * from paid_back
