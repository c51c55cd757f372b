{{
    config(
        unique_key='customer_id',
        incremental_strategy='affected',
        indexes=[
            {'columns': ['order_id'], 'unique': true},
            {'columns': ['customer_id']},
            {'columns': ['order_date', 'channel', 'revenue']},
        ]
    )
}}

with

orders as (
    select * from {{ ref('int_orders_numbered') }}
    {{ of_affected('customer_id') }}
),

customers as (
    select * from {{ ref('int_customers_merged') }}
),

described as (
    select
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        orders.order_date,
        {{ month_start('orders.order_date') }} as order_month,
        customers.channel,
        customers.region,
        orders.promo_code,
        orders.revenue,
        orders.refunded_amount,
        orders.net_revenue,
        orders.order_number,
        orders.order_number = 1 as is_first_order,
        orders.previous_order_date,
        {{ days_between('orders.previous_order_date', 'orders.order_date') }}
            as days_since_previous_order,
        {{ month_start('orders.first_order_date') }} as cohort_month,
        {{ months_between('orders.first_order_date', 'orders.order_date') }}
            as months_since_first_order,
        {{ days_between('orders.first_order_date', 'orders.order_date') }}
            as days_since_first_order,
        {{ days_between('customers.signup_date', 'orders.order_date') }}
            as days_since_signup
    from orders
    inner join customers on orders.customer_id = customers.customer_id
)

-- what is asked of some days lies together
select * from described
order by order_date
