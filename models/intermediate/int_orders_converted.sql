{{
    config(
        unique_key='order_id',
        incremental_strategy='delete+insert',
        indexes=[{'columns': ['order_id'], 'unique': true}]
    )
}}

with

orders as (
    select * from {{ ref('int_orders') }}
    {{ of_affected('load_id') }}
),

order_statuses as (
    select * from {{ ref('order_statuses') }}
),

reporting_currency as (
    select * from {{ ref('int_reporting_currency') }}
),

-- a null in is_counted or rate is a question to the shop, and fails a test
judged as (
    select
        orders.*,
        case
            when orders.status is null then true
            else order_statuses.is_counted
        end as is_counted,
        case
            when orders.exchange_rate is not null then orders.exchange_rate
            when orders.currency is null then 1
            when upper(orders.currency) = reporting_currency.reporting_currency then 1
        end as rate
    from orders
    cross join reporting_currency
    left join order_statuses
        on
            orders.source = order_statuses.source
            and lower(orders.status) = order_statuses.status
),

converted as (
    select
        order_id,
        shop_customer_id,
        ordered_at,
        order_date,
        is_counted,
        promo_code,
        is_first_order_in_file,
        rate,
        cast(revenue * rate as numeric(18, 2)) as revenue,
        cast(discount_amount * rate as numeric(18, 2)) as discount_amount,
        cast(shipping_amount * rate as numeric(18, 2)) as shipping_amount,
        cast(tax_amount * rate as numeric(18, 2)) as tax_amount,
        lower(status) as status,
        upper(currency) as currency
    from judged
)

select * from converted
