-- A cohort is its channels' customers, month by month.
with

cohort_retention as (
    select * from {{ ref('cohort_retention') }}
),

by_channel as (
    select
        cohort_month,
        months_since_first_order,
        sum(cohort_size) as cohort_size,
        sum(active_customers) as active_customers,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue
    from {{ ref('cohort_retention_by_channel') }}
    group by cohort_month, months_since_first_order
)

select
    cohort_retention.cohort_month,
    cohort_retention.months_since_first_order
from cohort_retention
full outer join by_channel
    on
        cohort_retention.cohort_month = by_channel.cohort_month
        and cohort_retention.months_since_first_order
        = by_channel.months_since_first_order
where
    (
        cohort_retention.cohort_size = by_channel.cohort_size
        and cohort_retention.active_customers = by_channel.active_customers
        and cohort_retention.orders = by_channel.orders
        and cohort_retention.net_revenue = by_channel.net_revenue
    ) is not true
