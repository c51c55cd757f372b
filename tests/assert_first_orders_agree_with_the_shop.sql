-- Where the shop itself marks first orders, it may know of older ones than the export
-- holds; then cohorts are too young, and nobody else would tell. It warns rather than
-- fails, since the marts are right about the data they were given.
{{ config(severity='warn') }}

with

orders as (
    select * from {{ ref('int_orders_converted') }}
),

-- only what both can know: the same account, another day, cancelled orders aside
compared as (
    select
        order_id,
        shop_customer_id,
        order_date,
        is_counted,
        is_first_order_in_file,
        min(case when is_counted then order_date end) over (
            partition by shop_customer_id
        ) as first_counted_date,
        count(*) over (
            partition by shop_customer_id
            order by order_date
            range between unbounded preceding and current row
        ) as orders_up_to_the_day
    from orders
)

select
    order_id,
    shop_customer_id,
    order_date,
    is_first_order_in_file
from compared
where
    is_counted
    and (
        (is_first_order_in_file and order_date > first_counted_date)
        or (not is_first_order_in_file and orders_up_to_the_day = 1)
    )
