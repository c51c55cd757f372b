with

source as (
    select * from {{ source('raw_transactions', 'transactions') }}
),

-- a purchase is one line; its category is all that is known of the product
renamed as (
    select
        -- ids
        {{ purchase_id() }} as order_id,
        cast(1 as bigint) as line_number,
        {{ trimmed('category') }} as product_id,

        -- amounts
        coalesce(quantity, 1) as quantity,
        {{ safe_divide('revenue', 'coalesce(quantity, 1)') }} as unit_price,

        -- load
        _load_id as load_id
    from source
),

with_product as (
    select * from renamed
    where product_id is not null
)

select * from with_product
