-- The bounds that are shown are those that decided.
with

customers as (
    select * from {{ ref('customers') }}
),

value_segments as (
    select * from {{ ref('value_segments') }}
)

select
    customers.customer_id,
    customers.net_revenue,
    customers.value_segment
from customers
inner join value_segments on customers.value_segment = value_segments.value_segment
where
    customers.net_revenue < value_segments.lower_bound
    or customers.net_revenue > value_segments.upper_bound
    or (
        customers.value_segment <> 'mid'
        and customers.net_revenue
        in (value_segments.lower_bound, value_segments.upper_bound)
    )
