-- Net revenue is only right if each refund is subtracted, and subtracted once.
with

refunds as (
    select sum(refunded_amount) as refunded_amount
    from {{ ref('int_refunds_converted') }}
),

orders as (
    select sum(refunded_amount) as refunded_amount
    from {{ ref('orders') }}
)

select
    refunds.refunded_amount as refunds_before,
    orders.refunded_amount as refunds_in_mart
from refunds
cross join orders
where coalesce(refunds.refunded_amount, 0) <> coalesce(orders.refunded_amount, 0)
