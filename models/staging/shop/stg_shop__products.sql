with

source as (
    select * from {{ source('raw_shop', 'products') }}
),

renamed as (
    select
        -- ids
        product_id,

        -- attributes
        {{ trimmed('product_name') }} as product_name,
        {{ trimmed('category') }} as category,

        -- amounts
        unit_cost,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
