-- Whoever has churned came early enough to be in a cohort that can churn.
with

customers as (
    select count(*) as churned_customers
    from {{ ref('customers') }}
    where customer_status = 'churned'
),

cohorts as (
    select coalesce(sum(churned_customers), 0) as churned_customers
    from {{ ref('churn_by_cohort') }}
)

select
    customers.churned_customers as churned_in_customers,
    cohorts.churned_customers as churned_in_cohorts
from customers
cross join cohorts
where customers.churned_customers <> cohorts.churned_customers
