{{
    config(
        unique_key='order_id',
        incremental_strategy='affected',
        indexes=[{'columns': ['order_id', 'line_number'], 'unique': true}]
    )
}}

with

order_items as (
    select * from {{ ref('int_order_items') }}
),

orders as (
    select * from {{ ref('int_orders_numbered') }}
    {{ of_affected('order_id') }}
),

products as (
    select * from {{ ref('int_products') }}
),

priced as (
    select
        order_items.order_id,
        order_items.line_number,
        order_items.product_id,
        order_items.quantity,
        orders.revenue as order_revenue,
        cast(order_items.quantity * order_items.unit_price as numeric(28, 8))
            as amount,
        coalesce(products.category, 'unknown') as category,
        order_items.unit_price * orders.rate as unit_price,
        sum(order_items.quantity * order_items.unit_price) over order_lines
            as order_amount,
        sum(order_items.quantity) over order_lines as order_quantity,
        max(order_items.line_number) over order_lines as last_line_number
    from order_items
    inner join orders on order_items.order_id = orders.order_id
    left join products on order_items.product_id = products.product_id
    window order_lines as (partition by order_items.order_id)
),

-- rounded down, so that what the last line takes is never less than nothing; an order
-- whose lines all cost nothing is shared out by quantity
shared as (
    select
        *,
        case
            when order_amount > 0
                then floor({{ safe_divide(
                    '100 * order_revenue * amount', 'order_amount'
                ) }}) / 100
            else floor({{ safe_divide(
                '100 * order_revenue * quantity', 'order_quantity'
            ) }}) / 100
        end as line_share
    from priced
),

settled as (
    select
        *,
        case
            when line_number = last_line_number
                then
                    order_revenue
                    - (sum(line_share) over (partition by order_id) - line_share)
            else line_share
        end as line_revenue
    from shared
),

typed as (
    select
        order_id,
        cast(line_number as bigint) as line_number,
        product_id,
        category,
        cast(quantity as numeric(18, 6)) as quantity,
        cast(unit_price as numeric(18, 2)) as unit_price,
        cast(line_revenue as numeric(18, 2)) as line_revenue
    from settled
)

select * from typed
