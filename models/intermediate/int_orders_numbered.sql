{{
    config(
        unique_key='customer_id',
        incremental_strategy='affected',
        indexes=[{'columns': ['order_id'], 'unique': true}]
    )
}}

with

orders as (
    select * from {{ ref('int_orders_counted') }}
),

refunds as (
    select * from {{ ref('int_refunds_converted') }}
),

customer_ids as (
    select * from {{ ref('int_customers_identified') }}
    {{ of_affected('customer_id') }}
),

netted as (
    select
        orders.order_id,
        customer_ids.customer_id,
        orders.ordered_at,
        orders.order_date,
        orders.promo_code,
        orders.is_first_order_in_file,
        orders.rate,
        orders.discount_amount,
        orders.revenue,
        cast(coalesce(refunds.refunded_amount, 0) as numeric(18, 2))
            as refunded_amount,
        cast(orders.revenue - coalesce(refunds.refunded_amount, 0) as numeric(18, 2))
            as net_revenue
    from orders
    inner join customer_ids
        on orders.shop_customer_id = customer_ids.shop_customer_id
    left join refunds on orders.order_id = refunds.order_id
),

numbered as (
    select
        *,
        cast(row_number() over customer_orders as bigint) as order_number,
        lag(order_date) over customer_orders as previous_order_date,
        first_value(order_date) over customer_orders as first_order_date
    from netted
    window customer_orders as (
        partition by customer_id
        order by ordered_at, {{ bytewise('order_id') }}
    )
)

select * from numbered
