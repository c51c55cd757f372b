with

products as (
    select * from {{ ref('stg_' ~ var('source') ~ '__products') }}
),

canonical as (
    select
        product_id,
        product_name,
        category,
        unit_cost,
        load_id
    from products
)

select * from canonical
