with

source as (
    select * from {{ source('raw_contoso', 'load_totals') }}
),

sales as (
    select * from {{ source('raw_contoso', 'sales') }}
),

renamed as (
    select
        -- ids
        load_id,
        {{ contoso_table('table_name') }} as table_name,

        -- attributes
        step,
        {{ trimmed('reason') }} as reason,

        -- amounts: the files hold prices and quantities, which the loader cannot add up
        rows,
        amount
    from source
),

-- an order belongs to the first load that brought a line of it
first_loads as (
    select
        orderkey,
        min(_load_id) as load_id
    from sales
    group by orderkey
),

money_of_lines as (
    select
        _load_id as load_id,
        'orders' as table_name,
        'read' as step,
        cast(null as {{ dbt.type_string() }}) as reason,
        0 as rows,
        {{ sum_of_amounts('quantity * netprice') }} as amount
    from sales
    group by _load_id
),

lines_of_orders as (
    select
        _load_id as load_id,
        'orders' as table_name,
        'further lines' as step,
        cast(null as {{ dbt.type_string() }}) as reason,
        count(*) as rows,
        cast(0 as {{ type_number() }}) as amount
    from sales
    group by _load_id
),

orders_themselves as (
    select
        load_id,
        'orders' as table_name,
        'further lines' as step,
        cast(null as {{ dbt.type_string() }}) as reason,
        -count(*) as rows,
        cast(0 as {{ type_number() }}) as amount
    from first_loads
    group by load_id
),

lines as (
    select
        load_id,
        'order_items' as table_name,
        step,
        reason,
        rows,
        cast(null as {{ type_number() }}) as amount
    from renamed
    where table_name = 'orders'
),

together as (
    select * from renamed
    union all
    select * from money_of_lines
    union all
    select * from lines_of_orders
    union all
    select * from orders_themselves
    union all
    select * from lines
),

summed as (
    select
        load_id,
        table_name,
        step,
        reason,
        cast(sum(rows) as bigint) as rows,
        sum(amount) as amount
    from together
    group by load_id, table_name, step, reason
)

select * from summed
