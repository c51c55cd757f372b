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

numbered as (
    select
        order_id,
        product_id,
        row_number() over (
            partition by order_id
            order by {{ bytewise('product_id') }}
        ) as product_number,
        count(*) over (partition by order_id) as products
    from products_per_order
),

orders_with_lines as (
    select count(*) as orders
    from numbered
    where product_number = 1
),

-- what is in fewer orders cannot be in as many together with something else
products as (
    select
        product_id,
        count(*) as orders
    from numbered
    group by product_id
    having count(*) >= {{ var('min_pair_orders') }}
),

several as (
    select
        numbered.order_id,
        numbered.product_id,
        numbered.product_number
    from numbered
    inner join products on numbered.product_id = products.product_id
    where numbered.products > 1
),

pairs as (
    select
        firsts.product_id as product_a,
        seconds.product_id as product_b,
        count(*) as orders_together
    from several as firsts
    inner join several as seconds
        on
            firsts.order_id = seconds.order_id
            and firsts.product_number < seconds.product_number
    group by firsts.product_id, seconds.product_id
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
