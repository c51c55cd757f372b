with

order_items as (
    select * from {{ ref('stg_' ~ var('source') ~ '__order_items') }}
),

canonical as (
    select
        order_id,
        line_number,
        product_id,
        quantity,
        unit_price,
        load_id
    from order_items
)

select * from canonical
