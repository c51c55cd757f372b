-- The calendar holds all revenue, each day that of its own orders.
with

daily_revenue as (
    select * from {{ ref('daily_revenue') }}
),

orders_per_day as (
    select
        order_date,
        count(*) as orders,
        sum(revenue) as revenue,
        sum(net_revenue) as net_revenue
    from {{ ref('orders') }}
    group by order_date
)

select
    daily_revenue.date_day,
    orders_per_day.order_date
from daily_revenue
full outer join orders_per_day
    on daily_revenue.date_day = orders_per_day.order_date
where
    (
        daily_revenue.orders = coalesce(orders_per_day.orders, 0)
        and daily_revenue.revenue = coalesce(orders_per_day.revenue, 0)
        and daily_revenue.net_revenue = coalesce(orders_per_day.net_revenue, 0)
    ) is not true
