-- A line that got lost would leave its order's revenue to the others, and add up.
with

lines_in_files as (
    select * from {{ ref('int_order_items') }}
),

order_items as (
    select * from {{ ref('order_items') }}
),

orders as (
    select * from {{ ref('orders') }}
)

select
    lines_in_files.order_id,
    lines_in_files.line_number
from lines_in_files
inner join orders on lines_in_files.order_id = orders.order_id
left join order_items
    on
        lines_in_files.order_id = order_items.order_id
        and lines_in_files.line_number = order_items.line_number
where order_items.order_id is null
