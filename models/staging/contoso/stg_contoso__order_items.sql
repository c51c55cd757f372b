with

source as (
    select * from {{ source('raw_contoso', 'sales') }}
),

renamed as (
    select
        -- ids
        orderkey as order_id,
        linenumber as line_number,
        productkey as product_id,

        -- amounts in dollars
        quantity,
        netprice as unit_price,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
