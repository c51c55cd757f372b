with

builds as (
    select * from {{ ref('int_builds_continued') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

order_items as (
    select * from {{ ref('int_order_items') }}
),

products as (
    select * from {{ ref('int_products') }}
),

refunds as (
    select * from {{ ref('int_refunds_converted') }}
),

held_orders as (
    {{
        held(
            'int_orders_numbered',
            {'order_id': dbt.type_string(), 'refunded_amount': 'numeric(18, 2)'}
        )
    }}
),

-- what was loaded since, and what the days since bring
touched_orders as (
    select orders.order_id
    from orders
    cross join builds
    cross join as_of
    where
        orders.load_id > builds.load_id
        or (
            orders.order_date > builds.as_of_date
            and orders.order_date <= as_of.as_of_date
        )
),

touched_lines as (
    select order_items.order_id
    from order_items
    cross join builds
    left join products on order_items.product_id = products.product_id
    where order_items.load_id > builds.load_id or products.load_id > builds.load_id
),

-- a refund that moved to another order leaves no trace but the sum of this one
held_refunds as (
    select
        order_id,
        refunded_amount
    from held_orders
    where refunded_amount <> 0
),

touched_refunds as (
    select coalesce(refunds.order_id, held_refunds.order_id) as order_id
    from refunds
    full join held_refunds on refunds.order_id = held_refunds.order_id
    cross join builds
    where
        coalesce(refunds.refunded_amount, 0)
        <> coalesce(held_refunds.refunded_amount, 0)
),

affected as (
    select order_id from touched_orders
    union distinct
    select order_id from touched_lines
    union distinct
    select order_id from touched_refunds
)

select * from affected
