-- Cohorts, repeat rates and acquisition cost all count first orders as new customers.
with

orders as (
    select * from {{ ref('orders') }}
),

first_orders as (
    select
        customer_id,
        count(*) filter (where is_first_order) as first_orders,
        min(order_date) as first_order_date,
        min(order_date) filter (where is_first_order) as marked_order_date
    from orders
    group by customer_id
)

select *
from first_orders
where
    first_orders <> 1
    or marked_order_date <> first_order_date
