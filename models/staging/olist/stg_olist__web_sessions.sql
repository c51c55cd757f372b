with

source as (
    select * from {{ source('raw_olist', 'customers') }}
),

-- the files tell of no visits
nothing as (
    select
        -- ids
        cast(null as {{ dbt.type_string() }}) as session_id,
        customer_id as shop_customer_id,

        -- times
        cast(null as timestamp) as started_at,
        cast(null as date) as session_date,

        -- attributes
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as boolean) as converted,

        -- amounts
        cast(null as bigint) as page_views,
        cast(null as {{ type_number() }}) as duration_seconds,

        -- load
        _load_id as load_id
    from source
    where false
)

select * from nothing
