{{ config(unique_key='customer_id', incremental_strategy='affected') }}

with

orders as (
    select * from {{ ref('int_orders_numbered') }}
    {{ of_affected('customer_id') }}
),

active as (
    select
        customer_id,
        {{ month_start('order_date') }} as calendar_month,
        {{ month_start('first_order_date') }} as cohort_month,
        count(*) as orders,
        max(order_date) as last_order_date,
        cast(sum(net_revenue) as numeric(18, 2)) as net_revenue
    from orders
    group by
        customer_id,
        {{ month_start('order_date') }},
        {{ month_start('first_order_date') }}
)

select * from active
