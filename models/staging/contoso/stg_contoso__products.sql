with

source as (
    select * from {{ source('raw_contoso', 'product') }}
),

renamed as (
    select
        -- ids
        productkey as product_id,

        -- attributes
        {{ trimmed('productname') }} as product_name,
        {{ trimmed('categoryname') }} as category,

        -- amounts
        cost as unit_cost,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
