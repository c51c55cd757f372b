{{ config(indexes=[{'columns': ['product_a', 'product_b'], 'unique': true}]) }}

with

order_items as (
    select * from {{ ref('order_items') }}
),

products_per_order as (
    select
        order_id,
        product_id
    from order_items
    group by order_id, product_id
),

orders_with_lines as (
    select count(distinct order_id) as orders
    from products_per_order
),

-- what is in fewer orders cannot be in as many together with something else
products as (
    select
        product_id,
        count(*) as orders
    from products_per_order
    group by product_id
    having count(*) >= {{ var('min_pair_orders') }}
),

candidates as (
    select
        products_per_order.order_id,
        products_per_order.product_id
    from products_per_order
    inner join products on products_per_order.product_id = products.product_id
),

pairs as (
    select
        candidates.product_id as product_a,
        partners.product_id as product_b,
        count(*) as orders_together
    from candidates
    inner join candidates as partners
        on
            candidates.order_id = partners.order_id
            and {{ bytewise('candidates.product_id') }}
            < {{ bytewise('partners.product_id') }}
    group by candidates.product_id, partners.product_id
    having count(*) >= {{ var('min_pair_orders') }}
),

counted as (
    select
        pairs.product_a,
        pairs.product_b,
        pairs.orders_together,
        products_a.orders as orders_with_a,
        products_b.orders as orders_with_b,
        orders_with_lines.orders
    from pairs
    cross join orders_with_lines
    inner join products as products_a on pairs.product_a = products_a.product_id
    inner join products as products_b on pairs.product_b = products_b.product_id
),

rated as (
    select
        product_a,
        product_b,
        orders_together,
        orders_with_a,
        orders_with_b,
        orders,
        cast({{ safe_divide('orders_together', 'orders') }} as numeric(9, 6))
            as support,
        cast({{ safe_divide('orders_together', 'orders_with_a') }} as numeric(9, 6))
            as confidence_a_to_b,
        cast({{ safe_divide('orders_together', 'orders_with_b') }} as numeric(9, 6))
            as confidence_b_to_a,
        cast(
            {{
                safe_divide(
                    'orders_together * orders', 'orders_with_a * orders_with_b'
                )
            }}
            as numeric(18, 6)
        ) as lift
    from counted
)

select * from rated
