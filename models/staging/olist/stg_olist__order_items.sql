with

source as (
    select * from {{ source('raw_olist', 'order_items') }}
),

renamed as (
    select
        -- ids
        order_id,
        order_item_id as line_number,
        product_id,

        -- load
        _load_id as load_id,

        -- amounts in the order's currency
        cast(1 as {{ type_number() }}) as quantity,
        price + freight_value as unit_price
    from source
)

select * from renamed
