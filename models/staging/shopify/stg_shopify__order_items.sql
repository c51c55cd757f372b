with

source as (
    select * from {{ source('raw_shopify', 'orders') }}
),

records as (
    {{ shopify_records() }}
),

-- by what they say, so that the order of the records does not matter
renamed as (
    select
        -- ids
        order_key as order_id,
        cast(
            row_number() over (
                partition by order_key
                order by
                    {{ bytewise('lineitem_name') }} nulls last,
                    {{ bytewise('lineitem_sku') }} nulls last,
                    {{ bytewise('vendor') }} nulls last,
                    lineitem_price nulls last,
                    lineitem_quantity nulls last,
                    lineitem_discount nulls last
            ) as bigint
        ) as line_number,
        {{ shopify_product_id() }} as product_id,

        -- amounts in the order's currency
        lineitem_quantity as quantity,
        greatest(
            lineitem_price
            - {{ safe_divide('coalesce(lineitem_discount, 0)', 'lineitem_quantity') }},
            0
        ) as unit_price,

        -- load
        _load_id as load_id
    from records
    where export_number = 1 and lineitem_quantity > 0 and lineitem_price is not null
)

select * from renamed
