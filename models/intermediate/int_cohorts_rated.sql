with

cohorts as (
    select * from {{ ref('int_cohorts_followed') }}
),

-- without a channel, the cohort as a whole
channels_and_all as (
    select
        channel,
        cohort_month,
        months_since_first_order,
        is_mature,
        cohort_size,
        active_customers,
        orders,
        net_revenue
    from cohorts

    union all

    select
        null as channel,
        cohort_month,
        months_since_first_order,
        is_mature,
        sum(cohort_size) as cohort_size,
        sum(active_customers) as active_customers,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue
    from cohorts
    group by cohort_month, months_since_first_order, is_mature
),

cumulated as (
    select
        *,
        sum(net_revenue) over (
            partition by channel, cohort_month
            order by months_since_first_order
            rows between unbounded preceding and current row
        ) as cumulative_net_revenue
    from channels_and_all
),

rated as (
    select
        channel,
        cohort_month,
        months_since_first_order,
        is_mature,
        cast(cohort_size as bigint) as cohort_size,
        cast(active_customers as bigint) as active_customers,
        cast({{ safe_divide('active_customers', 'cohort_size') }} as numeric(9, 6))
            as retention_rate,
        {{ wilson_low('active_customers', 'cohort_size') }} as retention_rate_low,
        {{ wilson_high('active_customers', 'cohort_size') }} as retention_rate_high,
        cast(orders as bigint) as orders,
        cast(net_revenue as numeric(18, 2)) as net_revenue,
        cast(cumulative_net_revenue as numeric(18, 2)) as cumulative_net_revenue,
        cast(
            {{ safe_divide('cumulative_net_revenue', 'cohort_size') }}
            as numeric(18, 2)
        ) as cumulative_value_per_customer,
        {{ month_label('cohort_month') }} as cohort_label
    from cumulated
)

select * from rated
