with

source as (
    select * from {{ source('raw_contoso', 'sales') }}
),

-- the files tell of no spending
nothing as (
    select
        -- ids
        cast(null as date) as spend_date,
        cast(null as {{ dbt.type_string() }}) as channel,

        -- amounts in the reporting currency
        cast(null as {{ type_number() }}) as spend,

        -- load
        _load_id as load_id
    from source
    where false
)

select * from nothing
