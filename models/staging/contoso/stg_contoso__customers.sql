with

source as (
    select * from {{ source('raw_contoso', 'customer') }}
),

renamed as (
    select
        -- ids
        customerkey as shop_customer_id,
        cast(null as {{ dbt.type_string() }}) as person_id,

        -- times; since when a customer is one, the file does not say
        cast(null as timestamp) as signed_up_at,
        cast(null as date) as signup_date,
        birthday as birth_date,

        -- attributes
        cast(null as {{ dbt.type_string() }}) as channel,
        coalesce({{ trimmed('statefull') }}, {{ trimmed('state') }}) as region,
        coalesce({{ trimmed('countryfull') }}, {{ trimmed('country') }}) as country,
        cast(null as {{ dbt.type_string() }}) as email,
        cast(null as boolean) as accepts_marketing,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
