-- A channel's months and a channel's regions each hold just their own orders.
with

orders as {{ not_materialized() }} (
    select * from {{ ref('orders') }}
),

cells as (
    select
        channel,
        region,
        orders,
        revenue
    from {{ ref('channel_region_revenue') }}
),

orders_per_cell as (
    select
        channel,
        region,
        count(*) as orders,
        sum(revenue) as revenue
    from orders
    group by channel, region
),

months as (
    select * from {{ ref('channel_aov_monthly') }}
),

orders_per_month as (
    select
        channel,
        order_month,
        count(*) as orders,
        sum(revenue) as revenue
    from orders
    group by channel, order_month
)

select
    'channel_region_revenue' as mart,
    coalesce(cells.channel, orders_per_cell.channel) as channel
from cells
full outer join orders_per_cell
    on
        cells.channel = orders_per_cell.channel
        and cells.region = orders_per_cell.region
where
    (
        cells.orders = orders_per_cell.orders
        and cells.revenue = orders_per_cell.revenue
    ) is not true

union all

select
    'channel_aov_monthly' as mart,
    coalesce(months.channel, orders_per_month.channel) as channel
from months
full outer join orders_per_month
    on
        months.channel = orders_per_month.channel
        and months.order_month = orders_per_month.order_month
where
    (
        months.orders = coalesce(orders_per_month.orders, 0)
        and months.revenue = coalesce(orders_per_month.revenue, 0)
    ) is not true
