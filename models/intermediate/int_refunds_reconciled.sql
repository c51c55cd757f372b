with

refunds as (
    select * from {{ ref('int_refunds') }}
),

orders as (
    select * from {{ ref('int_orders_converted') }}
),

refunds_converted as (
    select * from {{ ref('int_refunds_converted') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

traced as (
    select
        refunds.amount,
        case
            when orders.order_id is null then 'unknown'
            when not orders.is_counted then 'not counted'
            when orders.order_date > as_of.as_of_date then 'after the as-of date'
        end as fault_of_order,
        refunds.refund_date > as_of.as_of_date as is_later
    from refunds
    cross join as_of
    left join orders on refunds.order_id = orders.order_id
),

converted as (
    select sum(refunded_amount) as refunded_amount
    from refunds_converted
),

reconciled as (
    select
        'loaded' as step,
        null as reason,
        count(*) as rows,
        {{ sum_of_amounts('amount') }} as revenue
    from traced

    union all

    select
        'order does not count' as step,
        fault_of_order as reason,
        -1 * count(*) as rows,
        -1 * {{ sum_of_amounts('amount') }} as revenue
    from traced
    where fault_of_order is not null
    group by fault_of_order

    union all

    select
        'after the as-of date' as step,
        null as reason,
        -1 * count(*) as rows,
        -1 * {{ sum_of_amounts('amount') }} as revenue
    from traced
    where fault_of_order is null and is_later

    union all

    select
        'converted' as step,
        null as reason,
        0 as rows,
        max(converted.refunded_amount) - {{ sum_of_amounts('traced.amount') }}
            as revenue
    from traced
    cross join converted
    where traced.fault_of_order is null and not traced.is_later
)

select * from reconciled
