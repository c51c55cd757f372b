-- Channels share all customers and all revenue among them, nobody falls between.
with

channel_performance as (
    select * from {{ ref('channel_performance') }}
),

orders_per_channel as (
    select
        channel,
        count(*) as orders,
        sum(revenue) as revenue
    from {{ ref('orders') }}
    group by channel
),

customers_per_channel as (
    select
        channel,
        count(*) as customers
    from {{ ref('customers') }}
    group by channel
)

select
    channel_performance.channel,
    orders_per_channel.channel as channel_of_orders,
    customers_per_channel.channel as channel_of_customers
from channel_performance
full outer join orders_per_channel
    on channel_performance.channel = orders_per_channel.channel
full outer join customers_per_channel
    on channel_performance.channel = customers_per_channel.channel
where
    (
        channel_performance.customers = customers_per_channel.customers
        and channel_performance.orders = coalesce(orders_per_channel.orders, 0)
        and channel_performance.revenue = coalesce(orders_per_channel.revenue, 0)
    ) is not true
