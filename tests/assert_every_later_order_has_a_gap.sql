-- Every order but a buyer's first came some days after another one.
with

order_gaps as (
    select coalesce(sum(gaps), 0) as gaps
    from {{ ref('order_gaps') }}
),

orders as (
    select count(*) as later_orders
    from {{ ref('orders') }}
    where not is_first_order
)

select
    order_gaps.gaps,
    orders.later_orders
from order_gaps
cross join orders
where order_gaps.gaps <> orders.later_orders
