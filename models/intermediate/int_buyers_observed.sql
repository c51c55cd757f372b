{{ config(indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

with

orders as (
    select * from {{ ref('int_orders_numbered') }}
),

customers as (
    select * from {{ ref('int_customers_merged') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

aged as (
    select
        *,
        {{ days_between('first_order_date', 'order_date') }} as days_since_first_order
    from orders
),

summed as (
    select
        customer_id,
        first_order_date,
        min(order_date) filter (where order_date > first_order_date)
            as second_order_date,
        sum(revenue) filter (where order_number = 1) as first_order_revenue,
        sum(net_revenue) as net_revenue,
        sum(net_revenue) filter (where days_since_first_order <= 90)
            as net_revenue_90d,
        sum(net_revenue) filter (where days_since_first_order <= 180)
            as net_revenue_180d,
        sum(net_revenue) filter (where days_since_first_order <= 365)
            as net_revenue_365d
    from aged
    group by customer_id, first_order_date
),

watched as (
    select
        summed.*,
        customers.channel,
        {{ days_between('summed.first_order_date', 'as_of.as_of_date') }}
            as days_observed
    from summed
    inner join customers on summed.customer_id = customers.customer_id
    cross join as_of
),

observed as (
    select
        customer_id,
        channel,
        first_order_date,
        {{ month_start('first_order_date') }} as cohort_month,
        second_order_date,
        {{ days_between('first_order_date', 'second_order_date') }}
            as days_to_second_order,
        days_observed,
        cast(first_order_revenue as numeric(18, 2)) as first_order_revenue,
        cast(net_revenue as numeric(18, 2)) as net_revenue,
        cast(case when days_observed >= 90 then net_revenue_90d end as numeric(18, 2))
            as net_revenue_90d,
        cast(case when days_observed >= 180 then net_revenue_180d end as numeric(18, 2))
            as net_revenue_180d,
        cast(case when days_observed >= 365 then net_revenue_365d end as numeric(18, 2))
            as net_revenue_365d
    from watched
)

select * from observed
