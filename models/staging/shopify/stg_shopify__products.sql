with

source as (
    select * from {{ source('raw_shopify', 'orders') }}
),

records as (
    {{ shopify_records() }}
),

lines as (
    select
        {{ shopify_product_id() }} as product_id,
        {{ trimmed('lineitem_name') }} as product_name,
        {{ trimmed('vendor') }} as vendor,
        _load_id as load_id
    from records
    where export_number = 1 and lineitem_quantity > 0 and lineitem_price is not null
),

-- a product whose name or vendor changed has the bytewise smallest of them
renamed as (
    select
        -- ids
        product_id,

        -- attributes; the export knows no category, and the vendor is the next to it
        min({{ bytewise('product_name') }}) as product_name,
        min({{ bytewise('vendor') }}) as category,

        -- amounts
        cast(null as {{ type_number() }}) as unit_cost,

        -- load
        min(load_id) as load_id
    from lines
    group by product_id
)

select * from renamed
