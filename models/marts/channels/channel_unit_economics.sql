{{ config(indexes=[{'columns': ['channel', 'month'], 'unique': true}]) }}

with

cohorts as (
    select * from {{ ref('int_cohorts_valued') }}
),

spend_per_month as (
    select * from {{ ref('int_spend_summed') }}
),

paybacks as (
    select * from {{ ref('int_spend_paid_back') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

-- also money that won nobody, and customers who cost nothing
joined as (
    select
        spend_per_month.spend,
        cohorts.net_revenue_90d,
        cohorts.net_revenue_365d,
        coalesce(spend_per_month.channel, cohorts.channel) as channel,
        coalesce(spend_per_month.calendar_month, cohorts.cohort_month) as month,
        coalesce(cohorts.new_customers, 0) as new_customers,
        coalesce(cohorts.mature_customers_90d, 0) as mature_customers_90d,
        coalesce(cohorts.mature_customers_365d, 0) as mature_customers_365d
    from cohorts
    full outer join spend_per_month
        on
            cohorts.channel = spend_per_month.channel
            and cohorts.cohort_month = spend_per_month.calendar_month
),

valued as (
    select
        *,
        {{ safe_divide('spend', 'new_customers') }} as acquisition_cost,
        {{ safe_divide('net_revenue_90d', 'mature_customers_90d') }}
            as value_per_customer_90d,
        {{ safe_divide('net_revenue_365d', 'mature_customers_365d') }}
            as value_per_customer_365d
    from joined
),

typed as (
    select
        valued.channel,
        valued.month,
        cast(valued.spend as numeric(18, 2)) as spend,
        valued.new_customers,
        cast(valued.acquisition_cost as numeric(18, 2)) as acquisition_cost,
        valued.mature_customers_90d,
        valued.net_revenue_90d,
        cast(valued.value_per_customer_90d as numeric(18, 2)) as value_per_customer_90d,
        valued.mature_customers_365d,
        valued.net_revenue_365d,
        cast(valued.value_per_customer_365d as numeric(18, 2))
            as value_per_customer_365d,
        cast(
            {{
                safe_divide(
                    'valued.value_per_customer_365d', 'valued.acquisition_cost'
                )
            }}
            as numeric(18, 6)
        ) as value_to_cost_ratio,
        paybacks.payback_days,
        {{ dbt.last_day('valued.month', 'month') }} <= as_of.as_of_date as is_complete
    from valued
    cross join as_of
    left join paybacks
        on
            valued.channel = paybacks.channel
            and valued.month = paybacks.cohort_month
)

select * from typed
