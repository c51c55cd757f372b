{{ config(indexes=[{'columns': ['cohort_month'], 'unique': true}]) }}

with

cohorts_by_channel as (
    select * from {{ ref('int_cohorts_valued') }}
),

cohorts as (
    select
        cohort_month,
        sum(new_customers) as new_customers,
        sum(first_order_revenue) as first_order_revenue,
        sum(net_revenue) as total_net_revenue,
        sum(mature_customers_90d) as mature_customers_90d,
        sum(net_revenue_90d) as net_revenue_90d,
        sum(mature_customers_365d) as mature_customers_365d,
        sum(net_revenue_365d) as net_revenue_365d
    from cohorts_by_channel
    group by cohort_month
),

valued as (
    select
        cohort_month,
        cast(extract(year from cohort_month) as bigint) as cohort_year,
        cast(new_customers as bigint) as new_customers,
        cast(first_order_revenue as numeric(18, 2)) as first_order_revenue,
        cast(
            {{ safe_divide('first_order_revenue', 'new_customers') }} as numeric(18, 2)
        ) as first_order_revenue_per_customer,
        cast(total_net_revenue as numeric(18, 2)) as total_net_revenue,
        cast({{ safe_divide('total_net_revenue', 'new_customers') }} as numeric(18, 2))
            as net_revenue_per_customer,
        cast(mature_customers_90d as bigint) as mature_customers_90d,
        cast(
            {{ safe_divide('net_revenue_90d', 'mature_customers_90d') }}
            as numeric(18, 2)
        ) as value_per_customer_90d,
        cast(mature_customers_365d as bigint) as mature_customers_365d,
        cast(
            {{ safe_divide('net_revenue_365d', 'mature_customers_365d') }}
            as numeric(18, 2)
        ) as value_per_customer_365d
    from cohorts
)

select * from valued
