-- A typo in the year would empty every mart, and the build would be green.
with

orders as (
    select min(order_date) as first_order_date
    from {{ ref('int_orders_converted') }}
    where is_counted
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
)

select
    as_of.as_of_date,
    orders.first_order_date
from as_of
cross join orders
where as_of.as_of_date < orders.first_order_date
