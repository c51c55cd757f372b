{{ config(indexes=[{'columns': ['channel', 'region'], 'unique': true}]) }}

with

customers as (
    select * from {{ ref('customers') }}
),

cells as (
    select
        channel,
        region,
        count(*) as buyers,
        sum(orders) as orders,
        sum(gross_revenue) as revenue
    from customers
    where orders > 0
    group by channel, region
),

compared as (
    select
        channel,
        region,
        buyers,
        cast(orders as bigint) as orders,
        cast(revenue as numeric(18, 2)) as revenue,
        cast({{ safe_divide('revenue', 'sum(revenue) over ()') }} as numeric(9, 6))
            as revenue_share,
        cast({{ safe_divide('revenue', 'orders') }} as numeric(18, 2))
            as average_order_value
    from cells
)

select * from compared
