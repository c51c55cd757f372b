with

source as (
    select * from {{ source('raw_shop', 'marketing_spend') }}
),

renamed as (
    select
        -- times
        spend_date,

        -- attributes
        {{ trimmed('channel') }} as channel,

        -- amounts in the reporting currency
        spend,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
