{{
    config(
        indexes=[
            {'columns': ['channel', 'cohort_month', 'months_since_first_order'], 'unique': true}
        ]
    )
}}

with

cohorts as (
    select * from {{ ref('int_cohorts_rated') }}
),

by_channel as (
    select
        channel,
        cohort_month,
        months_since_first_order,
        cohort_size,
        active_customers,
        retention_rate,
        retention_rate_low,
        retention_rate_high,
        orders,
        net_revenue,
        cumulative_net_revenue,
        cumulative_value_per_customer,
        is_mature,
        cohort_label
    from cohorts
    where channel is not null
)

select * from by_channel
