with

source as (
    select * from {{ source('raw_transactions', 'transactions') }}
),

-- a list of customers would say of each since when the shop knows them, and on an
-- earlier day who was not there yet: who buys is a customer by that alone
nothing as (
    select
        -- ids
        customer_id as shop_customer_id,
        cast(null as {{ dbt.type_string() }}) as person_id,

        -- times
        cast(null as timestamp) as signed_up_at,
        cast(null as date) as signup_date,
        cast(null as date) as birth_date,

        -- attributes
        cast(null as {{ dbt.type_string() }}) as channel,
        cast(null as {{ dbt.type_string() }}) as region,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as email,
        cast(null as boolean) as accepts_marketing,

        -- load
        _load_id as load_id
    from source
    where false
)

select * from nothing
