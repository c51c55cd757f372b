{{ config(indexes=[{'columns': ['customer_id', 'promo_code'], 'unique': true}]) }}

with

orders as (
    select * from {{ ref('orders') }}
),

reused as (
    select
        customer_id,
        promo_code,
        cast(sum(revenue) as numeric(18, 2)) as revenue,
        count(*) as uses,
        min(order_date) as first_used,
        max(order_date) as last_used
    from orders
    -- where the shop only says that there was one, nobody knows which
    where promo_code <> 'true'
    group by customer_id, promo_code
    having count(*) > 1
)

select * from reused
