with

source as (
    select * from {{ source('raw_shop', 'refunds') }}
),

renamed as (
    select
        -- ids
        refund_id,
        order_id,

        -- times
        refunded_at,
        cast(refunded_at as date) as refund_date,

        -- amounts in the order's currency
        amount,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
