{{ config(materialized='view') }}

with

orders as (
    select * from {{ ref('int_orders_converted') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

counted as (
    select
        orders.order_id,
        orders.shop_customer_id,
        orders.ordered_at,
        orders.order_date,
        orders.promo_code,
        orders.is_first_order_in_file,
        orders.rate,
        orders.revenue,
        orders.discount_amount
    from orders
    cross join as_of
    where
        orders.is_counted
        and orders.order_date <= as_of.as_of_date
)

select * from counted
