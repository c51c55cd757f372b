with

source as (
    select * from {{ source('raw_transactions', 'load_totals') }}
),

transactions as (
    select * from {{ source('raw_transactions', 'transactions') }}
),

renamed as (
    select
        -- ids
        load_id,
        'orders' as table_name,

        -- attributes
        step,
        {{ trimmed('reason') }} as reason,

        -- amounts as the files have them
        rows,
        amount
    from source
),

categories as (
    select
        {{ trimmed('category') }} as category,
        min(_load_id) as first_load_id
    from transactions
    group by {{ trimmed('category') }}
),

-- lines and products are made of the purchases, and none of these is lost
lines as (
    select
        _load_id as load_id,
        'order_items' as table_name,
        'read' as step,
        cast(null as {{ dbt.type_string() }}) as reason,
        count(*) as rows,
        cast(null as {{ type_number() }}) as amount
    from transactions
    where {{ trimmed('category') }} is not null
    group by _load_id
),

products as (
    select
        first_load_id as load_id,
        'products' as table_name,
        'read' as step,
        cast(null as {{ dbt.type_string() }}) as reason,
        count(*) as rows,
        cast(null as {{ type_number() }}) as amount
    from categories
    where category is not null
    group by first_load_id
),

together as (
    select * from renamed
    union all
    select * from lines
    union all
    select * from products
)

select * from together
