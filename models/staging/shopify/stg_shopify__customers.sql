with

source as (
    select * from {{ source('raw_shopify', 'customers') }}
),

renamed as (
    select
        -- ids
        {{ unmarked('customer_id') }} as shop_customer_id,
        {{ dbt.hash(normalised_email('email')) }} as person_id,

        -- times, of which the export says nothing
        cast(null as timestamp) as signed_up_at,
        cast(null as date) as signup_date,
        cast(null as date) as birth_date,

        -- attributes
        cast(null as {{ dbt.type_string() }}) as channel,
        {{ trimmed('province_code') }} as region,
        {{ trimmed('country_code') }} as country,
        {{ normalised_email('email') }} as email,
        accepts_email_marketing as accepts_marketing,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
