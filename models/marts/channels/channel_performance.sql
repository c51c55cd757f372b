{{ config(indexes=[{'columns': ['channel'], 'unique': true}]) }}

with

customers as (
    select * from {{ ref('customers') }}
),

channels as (
    select
        channel,
        count(*) as customers,
        count(*) filter (where orders > 0) as buyers,
        sum(orders) as orders,
        sum(gross_revenue) as revenue,
        sum(net_revenue) as net_revenue
    from customers
    group by channel
),

compared as (
    select
        channel,
        customers,
        buyers,
        cast(orders as bigint) as orders,
        cast(revenue as numeric(18, 2)) as revenue,
        cast({{ safe_divide('revenue', 'sum(revenue) over ()') }} as numeric(9, 6))
            as revenue_share,
        cast({{ safe_divide('revenue', 'orders') }} as numeric(18, 2))
            as average_order_value,
        cast(net_revenue as numeric(18, 2)) as net_revenue,
        cast({{ safe_divide('net_revenue', 'customers') }} as numeric(18, 2))
            as net_revenue_per_customer,
        cast({{ safe_divide('net_revenue', 'buyers') }} as numeric(18, 2))
            as net_revenue_per_buyer,
        cast({{ safe_divide('orders', 'buyers') }} as numeric(18, 2))
            as orders_per_buyer,
        cast({{ safe_divide('buyers', 'customers') }} as numeric(9, 6))
            as order_conversion_rate
    from channels
)

select * from compared
