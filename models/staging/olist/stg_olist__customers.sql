with

source as (
    select * from {{ source('raw_olist', 'customers') }}
),

renamed as (
    select
        -- ids
        customer_id as shop_customer_id,
        customer_unique_id as person_id,

        -- times, of which the files say nothing
        cast(null as timestamp) as signed_up_at,
        cast(null as date) as signup_date,
        cast(null as date) as birth_date,

        -- attributes
        cast(null as {{ dbt.type_string() }}) as channel,
        {{ trimmed('customer_state') }} as region,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as email,
        cast(null as boolean) as accepts_marketing,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
