-- Where the shop itself marks first orders, it may know of older ones than the export
-- holds; then cohorts are too young, and nobody else would tell. It warns rather than
-- fails, since the marts are right about the data they were given.
{{ config(severity='warn') }}

with

orders as (
    select * from {{ ref('orders') }}
),

converted as {{ not_materialized() }} (
    select * from {{ ref('int_orders_converted') }}
),

customer_ids as (
    select * from {{ ref('customer_ids') }}
),

disagreements as (
    select
        orders.order_id,
        orders.customer_id,
        orders.order_date,
        converted.shop_customer_id,
        converted.is_first_order_in_file
    from orders
    inner join converted on orders.order_id = converted.order_id
    where orders.is_first_order <> converted.is_first_order_in_file
),

-- a shop may mark per account or per person, may or may not skip cancelled orders, and
-- has its own sequence within a day: none of these is a real disagreement
compared as (
    select
        disagreements.order_id,
        disagreements.is_first_order_in_file,
        count(earlier.order_id) as earlier_orders,
        count(earlier.order_id) filter (
            where
            earlier.is_counted
            and earlier.shop_customer_id = disagreements.shop_customer_id
            and earlier.order_date < disagreements.order_date
        ) as earlier_days_of_account
    from disagreements
    inner join customer_ids on disagreements.customer_id = customer_ids.customer_id
    left join converted as earlier
        on
            customer_ids.shop_customer_id = earlier.shop_customer_id
            and disagreements.order_id <> earlier.order_id
            and disagreements.order_date >= earlier.order_date
    group by disagreements.order_id, disagreements.is_first_order_in_file
)

select *
from compared
where
    (is_first_order_in_file and earlier_days_of_account > 0)
    or (not is_first_order_in_file and earlier_orders = 0)
