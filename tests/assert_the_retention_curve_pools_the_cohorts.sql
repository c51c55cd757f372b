-- What the curve says about a month, its mature cohorts say together.
with

retention_curve as (
    select * from {{ ref('retention_curve') }}
),

cohorts as (
    select
        months_since_first_order,
        sum(cohort_size) as mature_customers,
        sum(active_customers) as active_customers
    from {{ ref('cohort_retention') }}
    where is_mature
    group by months_since_first_order
)

select
    retention_curve.months_since_first_order,
    cohorts.months_since_first_order as months_of_cohorts
from retention_curve
full outer join cohorts
    on retention_curve.months_since_first_order = cohorts.months_since_first_order
where
    (
        retention_curve.mature_customers = cohorts.mature_customers
        and retention_curve.active_customers = cohorts.active_customers
    ) is not true
