with

buyers as (
    select * from {{ ref('int_buyers_observed') }}
),

valued as (
    select
        channel,
        cohort_month,
        cast(sum(first_order_revenue) as numeric(18, 2)) as first_order_revenue,
        cast(sum(net_revenue) as numeric(18, 2)) as net_revenue,
        cast(sum(net_revenue_90d) as numeric(18, 2)) as net_revenue_90d,
        cast(sum(net_revenue_365d) as numeric(18, 2)) as net_revenue_365d,
        count(*) as new_customers,
        count(net_revenue_90d) as mature_customers_90d,
        count(net_revenue_365d) as mature_customers_365d,
        min(days_observed) as days_observed
    from buyers
    group by channel, cohort_month
)

select * from valued
