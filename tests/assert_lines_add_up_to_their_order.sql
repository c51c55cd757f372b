-- Revenue by product or category must not invent or lose a cent of any order.
with

orders as (
    select * from {{ ref('orders') }}
),

lines_per_order as (
    select
        order_id,
        sum(line_revenue) as revenue
    from {{ ref('order_items') }}
    group by order_id
)

select
    lines_per_order.order_id,
    lines_per_order.revenue as revenue_of_lines,
    orders.revenue as revenue_of_order
from lines_per_order
left join orders on lines_per_order.order_id = orders.order_id
where (lines_per_order.revenue = orders.revenue) is not true
