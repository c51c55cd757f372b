-- Each month of a cohort holds its own orders, and every order is in one of them.
with

cohort_retention as (
    select * from {{ ref('cohort_retention') }}
),

orders_per_month as (
    select
        cohort_month,
        months_since_first_order,
        count(*) as orders,
        sum(net_revenue) as net_revenue
    from {{ ref('orders') }}
    group by cohort_month, months_since_first_order
),

first_orders as (
    select
        cohort_month,
        count(*) as new_customers,
        sum(revenue) as revenue
    from {{ ref('orders') }}
    where is_first_order
    group by cohort_month
),

cohort_first_orders as (
    select * from {{ ref('cohort_first_orders') }}
)

select
    'cohort_retention' as mart,
    cohort_retention.cohort_month,
    orders_per_month.cohort_month as cohort_month_of_orders
from cohort_retention
full outer join orders_per_month
    on
        cohort_retention.cohort_month = orders_per_month.cohort_month
        and cohort_retention.months_since_first_order
        = orders_per_month.months_since_first_order
where
    (
        cohort_retention.orders = coalesce(orders_per_month.orders, 0)
        and cohort_retention.net_revenue = coalesce(orders_per_month.net_revenue, 0)
    ) is not true

union all

select
    'cohort_first_orders' as mart,
    cohort_first_orders.cohort_month,
    first_orders.cohort_month as cohort_month_of_orders
from cohort_first_orders
full outer join first_orders
    on cohort_first_orders.cohort_month = first_orders.cohort_month
where
    (
        cohort_first_orders.new_customers = first_orders.new_customers
        and cohort_first_orders.first_order_revenue = first_orders.revenue
    ) is not true

union all

select
    'size of the cohort' as mart,
    cohort_retention.cohort_month,
    first_orders.cohort_month as cohort_month_of_orders
from cohort_retention
left join first_orders
    on cohort_retention.cohort_month = first_orders.cohort_month
where (cohort_retention.cohort_size = first_orders.new_customers) is not true
