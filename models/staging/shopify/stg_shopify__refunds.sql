with

source as (
    select * from {{ source('raw_shopify', 'orders') }}
),

records as (
    {{ shopify_records() }}
),

orders as (
    {{ shopify_orders() }}
),

-- all that was paid back on an order, at the order's own time: the export has no other
renamed as (
    select
        -- ids
        'refund-' || order_key as refund_id,
        order_key as order_id,

        -- times
        created_at as refunded_at,
        cast(created_at as date) as refund_date,

        -- amounts in the order's currency
        {{ shopify_refund() }} as amount,

        -- load
        _load_id as load_id
    from orders
    where refunded_amount > 0
),

of_goods as (
    select * from renamed
    where amount > 0
)

select * from of_goods
