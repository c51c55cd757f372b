{{ config(materialized='view') }}

with

orders as (
    select * from {{ ref('int_orders_converted') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

counted as (
    select orders.*
    from orders
    cross join as_of
    where
        orders.is_counted
        and orders.order_date <= as_of.as_of_date
)

select * from counted
