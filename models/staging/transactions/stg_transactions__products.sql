with

source as (
    select * from {{ source('raw_transactions', 'transactions') }}
),

categories as (
    select
        {{ trimmed('category') }} as category,
        min(_load_id) as load_id
    from source
    group by {{ trimmed('category') }}
),

renamed as (
    select
        -- ids
        category as product_id,

        -- attributes
        cast(null as {{ dbt.type_string() }}) as product_name,
        category,

        -- amounts
        cast(null as {{ type_number() }}) as unit_cost,

        -- load
        load_id
    from categories
    where category is not null
)

select * from renamed
