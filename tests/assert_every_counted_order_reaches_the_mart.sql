-- An order lost on the way, or told twice, would change every number unnoticed.
with

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

converted as (
    select
        orders.order_id,
        orders.revenue
    from {{ ref('int_orders_converted') }} as orders
    cross join as_of
    where
        orders.is_counted
        and orders.order_date <= as_of.as_of_date
),

orders as (
    select * from {{ ref('orders') }}
)

select
    converted.order_id as order_id_before,
    orders.order_id as order_id_in_mart,
    converted.revenue as revenue_before,
    orders.revenue as revenue_in_mart
from converted
full outer join orders on converted.order_id = orders.order_id
where (converted.revenue = orders.revenue) is not true
