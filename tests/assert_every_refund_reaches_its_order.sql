-- Net revenue is only right if each refund is subtracted, once, from its own order.
with

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

refunds as (
    select * from {{ ref('int_refunds') }}
),

rates as (
    select
        order_id,
        rate
    from {{ ref('int_orders_converted') }}
),

orders as (
    select * from {{ ref('orders') }}
),

refunds_per_order as (
    select
        refunds.order_id,
        sum(refunds.amount) as amount
    from refunds
    cross join as_of
    where refunds.refund_date <= as_of.as_of_date
    group by refunds.order_id
)

select
    orders.order_id,
    orders.refunded_amount,
    refunds_per_order.amount,
    rates.rate
from orders
inner join rates on orders.order_id = rates.order_id
left join refunds_per_order on orders.order_id = refunds_per_order.order_id
where
    orders.refunded_amount
    <> cast(coalesce(refunds_per_order.amount * rates.rate, 0) as numeric(18, 2))
