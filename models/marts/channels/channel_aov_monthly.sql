{{ config(indexes=[{'columns': ['channel', 'order_month'], 'unique': true}]) }}

with

orders as {{ not_materialized() }} (
    select * from {{ ref('orders') }}
),

calendar_months as (
    select * from {{ ref('int_calendar_months') }}
),

channels as (
    select channel
    from orders
    group by channel
),

orders_per_month as (
    select
        channel,
        order_month,
        count(*) as orders,
        sum(revenue) as revenue
    from orders
    group by channel, order_month
),

-- a month without orders is a row, so that lines in charts go down to it
every_month as (
    select
        channels.channel,
        calendar_months.calendar_month as order_month,
        calendar_months.is_complete,
        coalesce(orders_per_month.orders, 0) as orders,
        coalesce(orders_per_month.revenue, 0) as revenue
    from channels
    cross join calendar_months
    left join orders_per_month
        on
            channels.channel = orders_per_month.channel
            and calendar_months.calendar_month = orders_per_month.order_month
),

averaged as (
    select
        channel,
        order_month,
        orders,
        cast(revenue as numeric(18, 2)) as revenue,
        cast({{ safe_divide('revenue', 'orders') }} as numeric(18, 2))
            as average_order_value,
        is_complete
    from every_month
)

select * from averaged
