{{ config(indexes=[{'columns': ['months_since_first_order'], 'unique': true}]) }}

with

cohorts_by_channel as (
    select * from {{ ref('int_cohorts_followed') }}
),

pooled as (
    select
        months_since_first_order,
        sum(cohort_size) as mature_customers,
        sum(active_customers) as active_customers
    from cohorts_by_channel
    where is_mature
    group by months_since_first_order
),

rated as (
    select
        months_since_first_order,
        cast(mature_customers as bigint) as mature_customers,
        cast(active_customers as bigint) as active_customers,
        cast({{ safe_divide('active_customers', 'mature_customers') }} as numeric(9, 6))
            as retention_rate,
        {{ wilson_low('active_customers', 'mature_customers') }} as retention_rate_low,
        {{ wilson_high('active_customers', 'mature_customers') }} as retention_rate_high
    from pooled
)

select * from rated
