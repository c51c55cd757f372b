with

source as (
    select * from {{ source('raw_shop', 'customers') }}
),

renamed as (
    select
        -- ids
        customer_id as shop_customer_id,
        {{ trimmed('person_id') }} as person_id,

        -- times
        signup_date as signed_up_at,
        cast(signup_date as date) as signup_date,
        birth_date,

        -- attributes
        {{ trimmed('channel') }} as channel,
        {{ trimmed('region') }} as region,
        {{ trimmed('country') }} as country,
        {{ trimmed('email') }} as email,
        accepts_marketing,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
