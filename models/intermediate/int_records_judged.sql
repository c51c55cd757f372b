{{ config(materialized='view') }}

with

customers as {{ not_materialized() }} (
    select * from {{ ref('int_customers') }}
),

orders as {{ not_materialized() }} (
    select * from {{ ref('int_orders') }}
),

order_items as (
    select * from {{ ref('int_order_items') }}
),

products as (
    select * from {{ ref('int_products') }}
),

refunds as (
    select * from {{ ref('int_refunds') }}
),

web_sessions as (
    select * from {{ ref('int_web_sessions') }}
),

marketing_spend as (
    select * from {{ ref('int_marketing_spend') }}
),

judged as (
    select
        'customers' as table_name,
        signup_date as record_date,
        false as is_orphan,
        false as is_too_early
    from customers

    union all

    select
        'orders' as table_name,
        orders.order_date as record_date,
        customers.shop_customer_id is null as is_orphan,
        orders.order_date < customers.signup_date as is_too_early
    from orders
    left join customers on orders.shop_customer_id = customers.shop_customer_id

    union all

    select
        'order_items' as table_name,
        cast(null as date) as record_date,
        orders.order_id is null or products.product_id is null as is_orphan,
        false as is_too_early
    from order_items
    left join orders on order_items.order_id = orders.order_id
    left join products on order_items.product_id = products.product_id

    union all

    select
        'products' as table_name,
        cast(null as date) as record_date,
        false as is_orphan,
        false as is_too_early
    from products

    union all

    select
        'refunds' as table_name,
        refunds.refund_date as record_date,
        orders.order_id is null as is_orphan,
        refunds.refund_date < orders.order_date as is_too_early
    from refunds
    left join orders on refunds.order_id = orders.order_id

    union all

    select
        'web_sessions' as table_name,
        web_sessions.session_date as record_date,
        web_sessions.shop_customer_id is not null
        and customers.shop_customer_id is null as is_orphan,
        web_sessions.session_date < customers.signup_date as is_too_early
    from web_sessions
    left join customers on web_sessions.shop_customer_id = customers.shop_customer_id

    union all

    select
        'marketing_spend' as table_name,
        spend_date as record_date,
        false as is_orphan,
        false as is_too_early
    from marketing_spend
)

select * from judged
