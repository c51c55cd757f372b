{{ config(indexes=[{'columns': ['promo_code'], 'unique': true}]) }}

with

orders as (
    select * from {{ ref('int_orders_numbered') }}
),

buyers_per_code as (
    select
        customer_id,
        coalesce(promo_code, 'none') as promo_code,
        count(*) as orders,
        count(*) filter (where order_number = 1) as first_orders,
        sum(revenue) as revenue,
        sum(discount_amount) as discount_amount
    from orders
    group by coalesce(promo_code, 'none'), customer_id
),

codes as (
    select
        promo_code,
        sum(orders) as orders,
        count(*) as buyers,
        sum(revenue) as revenue,
        sum(first_orders) as first_orders,
        sum(discount_amount) as discount_amount
    from buyers_per_code
    group by promo_code
),

compared as (
    select
        promo_code,
        cast(orders as bigint) as orders,
        buyers,
        cast(revenue as numeric(18, 2)) as revenue,
        cast({{ safe_divide('revenue', 'orders') }} as numeric(18, 2))
            as average_order_value,
        cast({{ safe_divide('revenue', 'sum(revenue) over ()') }} as numeric(9, 6))
            as revenue_share,
        cast(first_orders as bigint) as first_orders,
        cast(discount_amount as numeric(18, 2)) as discount_amount
    from codes
)

select * from compared
