with

source as (
    select * from {{ source('raw_olist', 'load_totals') }}
),

orders as (
    select * from {{ source('raw_olist', 'orders') }}
),

order_items as (
    select * from {{ source('raw_olist', 'order_items') }}
),

renamed as (
    select
        -- ids
        load_id,
        table_name,

        -- attributes
        step,
        {{ trimmed('reason') }} as reason,

        -- amounts as the files have them
        rows,
        amount
    from source
    where table_name in ('customers', 'orders', 'order_items', 'products')
),

-- what an order is worth stands in its lines
lines_as_orders as (
    select
        load_id,
        'orders' as table_name,
        step,
        reason,
        0 as rows,
        amount
    from renamed
    where table_name = 'order_items'
),

lines_without_order as (
    select
        order_items._load_id as load_id,
        'orders' as table_name,
        'without an order' as step,
        cast(null as {{ dbt.type_string() }}) as reason,
        0 as rows,
        sum(order_items.price + order_items.freight_value) as amount
    from order_items
    left join orders on order_items.order_id = orders.order_id
    where orders.order_id is null
    group by order_items._load_id
),

with_amounts_of_orders as (
    select
        load_id,
        table_name,
        step,
        reason,
        rows,
        case when table_name <> 'order_items' then amount end as amount
    from renamed

    union all

    select * from lines_as_orders

    union all

    select * from lines_without_order
),

summed as (
    select
        load_id,
        table_name,
        step,
        reason,
        cast(sum(rows) as bigint) as rows,
        sum(amount) as amount
    from with_amounts_of_orders
    group by load_id, table_name, step, reason
)

select * from summed
