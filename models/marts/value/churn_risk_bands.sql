{{ config(indexes=[{'columns': ['risk_band'], 'unique': true}]) }}

with

churn_risk as (
    select * from {{ ref('churn_risk') }}
),

summed as (
    select
        risk_band,
        count(*) as customers,
        count(slipping) as slipping_customers
    from churn_risk
    where is_published
    group by risk_band
)

select * from summed
