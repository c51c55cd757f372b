with

orders as (
    select * from {{ ref('int_orders_numbered') }}
),

summed as (
    select
        customer_id,
        cast(sum(revenue) as numeric(18, 2)) as gross_revenue,
        cast(sum(refunded_amount) as numeric(18, 2)) as refunded_amount,
        cast(sum(net_revenue) as numeric(18, 2)) as net_revenue,
        count(*) as orders,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date
    from orders
    group by customer_id
)

select * from summed
