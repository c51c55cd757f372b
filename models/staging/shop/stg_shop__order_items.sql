with

source as (
    select * from {{ source('raw_shop', 'order_items') }}
),

renamed as (
    select
        -- ids
        order_id,
        line_number,
        product_id,

        -- amounts in the order's currency
        quantity,
        unit_price,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
