-- Each customer's counts and money are those of their orders, seen from the other side.
with

customers as (
    select * from {{ ref('customers') }}
),

orders_per_customer as (
    select
        customer_id,
        count(*) as orders,
        sum(revenue) as revenue,
        sum(refunded_amount) as refunded_amount,
        sum(net_revenue) as net_revenue,
        max(order_number) as last_order_number,
        max(order_date) as last_order_date
    from {{ ref('orders') }}
    group by customer_id
)

select
    customers.customer_id,
    orders_per_customer.customer_id as customer_id_in_orders
from customers
full outer join orders_per_customer
    on customers.customer_id = orders_per_customer.customer_id
where
    (
        customers.orders = coalesce(orders_per_customer.orders, 0)
        and customers.orders = coalesce(orders_per_customer.last_order_number, 0)
        and customers.gross_revenue = coalesce(orders_per_customer.revenue, 0)
        and customers.refunded_amount
        = coalesce(orders_per_customer.refunded_amount, 0)
        and customers.net_revenue = coalesce(orders_per_customer.net_revenue, 0)
    ) is not true
    or customers.last_order_date <> orders_per_customer.last_order_date
