-- An order lost on the way, or told twice, would change every number unnoticed.
with

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

converted as (
    select * from {{ ref('int_orders_converted') }}
),

counted as (
    select
        converted.order_id,
        converted.revenue
    from converted
    cross join as_of
    where
        converted.is_counted
        and converted.order_date <= as_of.as_of_date
),

orders as (
    select * from {{ ref('orders') }}
)

select
    counted.order_id as order_id_before,
    orders.order_id as order_id_in_mart,
    counted.revenue as revenue_before,
    orders.revenue as revenue_in_mart
from counted
full outer join orders on counted.order_id = orders.order_id
where (counted.revenue = orders.revenue) is not true
