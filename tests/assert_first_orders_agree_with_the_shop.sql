-- Where the shop itself marks first orders, it may know of older ones than the export
-- holds; then cohorts are too young, and nobody else would tell. It warns rather than
-- fails, since the marts are right about the data they were given.
{{ config(severity='warn') }}

with

converted as (
    select * from {{ ref('int_orders_converted') }}
),

customer_ids as (
    select * from {{ ref('int_customers_identified') }}
),

orders as (
    select * from {{ ref('orders') }}
),

-- a shop may mark per account or per person, may or may not skip cancelled orders, and
-- has its own sequence within a day: none of these is a disagreement
compared as (
    select
        converted.order_id,
        converted.shop_customer_id,
        converted.order_date,
        converted.is_first_order_in_file,
        orders.is_first_order,
        min(case when converted.is_counted then converted.order_date end) over (
            partition by converted.shop_customer_id
        ) as first_date_of_account,
        count(*) over (
            partition by
                coalesce(customer_ids.customer_id, converted.shop_customer_id)
            order by converted.order_date
            range between unbounded preceding and current row
        ) as orders_up_to_the_day
    from converted
    left join customer_ids
        on converted.shop_customer_id = customer_ids.shop_customer_id
    left join orders on converted.order_id = orders.order_id
)

select
    order_id,
    shop_customer_id,
    order_date,
    is_first_order_in_file,
    is_first_order
from compared
where
    (
        is_first_order_in_file
        and not is_first_order
        and order_date > first_date_of_account
    )
    or (
        is_first_order
        and not is_first_order_in_file
        and orders_up_to_the_day = 1
    )
