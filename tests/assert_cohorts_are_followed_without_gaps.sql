-- A month without orders is a row with 0: a missing one would lift the averages.
with

cohort_retention as (
    select
        cohort_month,
        count(*) as months,
        max(months_since_first_order) as last_month
    from {{ ref('cohort_retention') }}
    group by cohort_month
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
)

select
    cohort_retention.cohort_month,
    cohort_retention.months,
    cohort_retention.last_month
from cohort_retention
cross join as_of
where
    cohort_retention.months <> cohort_retention.last_month + 1
    or cohort_retention.last_month
    <> {{ months_between('cohort_retention.cohort_month', 'as_of.as_of_date') }}
