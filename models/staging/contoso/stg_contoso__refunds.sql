with

source as (
    select * from {{ source('raw_contoso', 'sales') }}
),

-- the files tell of no refunds
nothing as (
    select
        -- ids
        cast(null as {{ dbt.type_string() }}) as refund_id,
        orderkey as order_id,

        -- times
        cast(null as timestamp) as refunded_at,
        cast(null as date) as refund_date,

        -- amounts in the order's currency
        cast(null as {{ type_number() }}) as amount,

        -- load
        _load_id as load_id
    from source
    where false
)

select * from nothing
