with

orders as (
    select * from {{ ref('int_orders_numbered') }}
),

summed as (
    select
        customer_id,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        count(*) as orders,
        sum(revenue) as gross_revenue,
        sum(refunded_amount) as refunded_amount,
        sum(net_revenue) as net_revenue
    from orders
    group by customer_id
)

select * from summed
