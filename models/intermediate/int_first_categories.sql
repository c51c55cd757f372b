with

orders as (
    select * from {{ ref('int_orders_numbered') }}
),

order_items as (
    select * from {{ ref('int_order_items') }}
),

products as (
    select * from {{ ref('int_products') }}
),

first_orders as (
    select
        customer_id,
        order_id
    from orders
    where order_number = 1
),

categories as (
    select
        first_orders.customer_id,
        coalesce(products.category, 'unknown') as category,
        sum(order_items.quantity * order_items.unit_price) as amount
    from first_orders
    left join order_items on first_orders.order_id = order_items.order_id
    left join products on order_items.product_id = products.product_id
    group by first_orders.customer_id, coalesce(products.category, 'unknown')
),

ranked as (
    select
        customer_id,
        category,
        row_number() over (
            partition by customer_id
            order by amount desc, {{ bytewise('category') }}
        ) as category_rank
    from categories
),

chosen as (
    select
        customer_id,
        category as first_category
    from ranked
    where category_rank = 1
)

select * from chosen
