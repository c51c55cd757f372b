-- Who is in a list of customers is counted in its summary, and worth as much there.
with

listed as (
    select
        'audiences' as mart,
        count(*) as customers,
        0 as worth
    from {{ ref('audiences') }}
    union all
    select
        'churn_risk' as mart,
        count(probability_no_order_90d) as customers,
        0 as worth
    from {{ ref('churn_risk') }}
    union all
    select
        'customer_forecasts' as mart,
        count(fitted_at) as customers,
        coalesce(sum(expected_value_365d), 0) as worth
    from {{ ref('customer_forecasts') }}
),

summarised as (
    select
        'audiences' as mart,
        coalesce(sum(customers), 0) as customers,
        0 as worth
    from {{ ref('audience_sizes') }}
    union all
    select
        'churn_risk' as mart,
        coalesce(sum(customers), 0) as customers,
        0 as worth
    from {{ ref('churn_risk_bands') }}
    union all
    select
        'customer_forecasts' as mart,
        coalesce(sum(customers), 0) as customers,
        coalesce(sum(expected_value_365d), 0) as worth
    from {{ ref('forecast_segments') }}
)

select
    listed.mart,
    listed.customers,
    summarised.customers as customers_summarised,
    listed.worth,
    summarised.worth as worth_summarised
from listed
inner join summarised on listed.mart = summarised.mart
where
    listed.customers <> summarised.customers
    or listed.worth <> summarised.worth
