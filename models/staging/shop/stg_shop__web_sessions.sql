with

source as (
    select * from {{ source('raw_shop', 'web_sessions') }}
),

renamed as (
    select
        -- ids
        session_id,
        customer_id as shop_customer_id,

        -- times
        session_date as started_at,
        cast(session_date as date) as session_date,

        -- attributes
        {{ trimmed('source') }} as source,
        converted,

        -- amounts
        page_views,
        duration_seconds,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
