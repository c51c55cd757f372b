with

records as (
    select * from {{ ref('int_records_reconciled') }}
),

orders as (
    select * from {{ ref('int_orders_reconciled') }}
),

refunds as (
    select * from {{ ref('int_refunds_reconciled') }}
),

refunds_converted as (
    select * from {{ ref('int_refunds_converted') }}
),

reconciled as (
    select
        table_name,
        step,
        reason,
        rows,
        revenue
    from records

    union all

    select
        'orders' as table_name,
        step,
        reason,
        rows,
        revenue
    from orders

    union all

    select
        'refunds' as table_name,
        step,
        reason,
        rows,
        revenue
    from refunds

    union all

    select
        'orders' as table_name,
        'refunded' as step,
        null as reason,
        0 as rows,
        -1 * {{ sum_of_amounts('refunded_amount') }} as revenue
    from refunds_converted
)

select * from reconciled
