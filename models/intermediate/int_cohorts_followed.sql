with

buyers as (
    select * from {{ ref('int_buyers_observed') }}
),

customer_months as (
    select * from {{ ref('int_customers_active') }}
),

calendar_months as (
    select * from {{ ref('int_calendar_months') }}
),

cohorts as (
    select
        channel,
        cohort_month,
        count(*) as cohort_size
    from buyers
    group by channel, cohort_month
),

-- also months in which nobody of the cohort ordered, up to the month of the as-of date
cohort_months as (
    select
        cohorts.channel,
        cohorts.cohort_month,
        cohorts.cohort_size,
        calendar_months.calendar_month,
        calendar_months.is_complete,
        {{ months_between('cohorts.cohort_month', 'calendar_months.calendar_month') }}
            as months_since_first_order
    from cohorts
    inner join calendar_months
        on cohorts.cohort_month <= calendar_months.calendar_month
),

active_months as (
    select
        buyers.channel,
        buyers.cohort_month,
        customer_months.calendar_month,
        count(*) as active_customers,
        sum(customer_months.orders) as orders,
        sum(customer_months.net_revenue) as net_revenue
    from customer_months
    inner join buyers on customer_months.customer_id = buyers.customer_id
    group by
        buyers.channel,
        buyers.cohort_month,
        customer_months.calendar_month
),

followed as (
    select
        cohort_months.channel,
        cohort_months.cohort_month,
        cohort_months.months_since_first_order,
        cohort_months.cohort_size,
        cohort_months.is_complete as is_mature,
        cast(coalesce(active_months.net_revenue, 0) as numeric(18, 2)) as net_revenue,
        coalesce(active_months.active_customers, 0) as active_customers,
        coalesce(active_months.orders, 0) as orders
    from cohort_months
    left join active_months
        on
            cohort_months.channel = active_months.channel
            and cohort_months.cohort_month = active_months.cohort_month
            and cohort_months.calendar_month = active_months.calendar_month
)

select * from followed
