with

refunds as (
    select * from {{ ref('int_refunds') }}
),

orders as (
    select * from {{ ref('int_orders_counted') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

refunds_per_order as (
    select
        refunds.order_id,
        count(*) as refunds,
        sum(refunds.amount) as amount
    from refunds
    cross join as_of
    where refunds.refund_date <= as_of.as_of_date
    group by refunds.order_id
),

converted as (
    select
        refunds_per_order.order_id,
        refunds_per_order.refunds,
        cast(
            refunds_per_order.amount * orders.rate as numeric(18, 2)
        ) as refunded_amount
    from refunds_per_order
    inner join orders on refunds_per_order.order_id = orders.order_id
)

select * from converted
