-- A customer is in one segment of each kind, and brings all of their revenue with them.
with

customers as (
    select * from {{ ref('customers') }}
),

customers_per_segment as (
    select
        rfm_segment as segment,
        count(*) as customers,
        sum(net_revenue) as net_revenue
    from customers
    group by rfm_segment

    union all

    select
        value_segment as segment,
        count(*) as customers,
        sum(net_revenue) as net_revenue
    from customers
    where value_segment is not null
    group by value_segment
),

segments as (
    select
        rfm_segment as segment,
        customers,
        net_revenue
    from {{ ref('rfm_segments') }}

    union all

    select
        value_segment as segment,
        customers,
        net_revenue
    from {{ ref('value_segments') }}
)

select
    segments.segment,
    customers_per_segment.segment as segment_of_customers
from segments
full outer join customers_per_segment
    on segments.segment = customers_per_segment.segment
where
    (
        segments.customers = coalesce(customers_per_segment.customers, 0)
        and segments.net_revenue = coalesce(customers_per_segment.net_revenue, 0)
    ) is not true
