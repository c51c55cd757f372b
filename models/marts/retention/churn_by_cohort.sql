{{ config(indexes=[{'columns': ['cohort_year'], 'unique': true}]) }}

with

customers as (
    select * from {{ ref('customers') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

cohorts as (
    select
        cast(extract(year from customers.first_order_date) as bigint) as cohort_year,
        count(*) as customers,
        count(*) filter (where customers.customer_status = 'active')
            as active_customers,
        count(*) filter (where customers.customer_status = 'churned')
            as churned_customers
    from customers
    cross join as_of
    -- who came later has not had the time to churn
    where customers.first_order_date < as_of.churn_date
    group by cast(extract(year from customers.first_order_date) as bigint)
),

rated as (
    select
        cohort_year,
        customers,
        active_customers,
        churned_customers,
        cast({{ safe_divide('churned_customers', 'customers') }} as numeric(9, 6))
            as churn_rate,
        {{ wilson_low('churned_customers', 'customers') }} as churn_rate_low,
        {{ wilson_high('churned_customers', 'customers') }} as churn_rate_high
    from cohorts
)

select * from rated
