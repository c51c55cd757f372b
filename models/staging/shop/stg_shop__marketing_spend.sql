with

source as (
    select * from {{ source('raw_shop', 'marketing_spend') }}
),

renamed as (
    select
        -- ids
        spend_date,
        channel,

        -- amounts in the reporting currency
        spend,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
