{{ config(indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

with

customers as (
    select * from {{ ref('customers') }}
),

engagement as (
    select * from {{ ref('int_engagement_measured') }}
    where period = 'score'
),

periods as (
    select * from {{ ref('int_forecast_periods') }}
    where period = 'score'
),

forecasts as (
    select * from {{ source('forecast', 'customer_forecasts') }}
),

accuracy as (
    select * from {{ source('forecast', 'accuracy') }}
),

campaign_assumptions as (
    select * from {{ ref('campaign_assumptions') }}
),

assumed as (
    select
        max(value) filter (where assumption = 'high_probability') as high_probability,
        max(value) filter (where assumption = 'medium_probability')
            as medium_probability,
        max(value) filter (where assumption = 'least_sessions') as least_sessions,
        max(value) filter (where assumption = 'most_trend') as most_trend
    from campaign_assumptions
    where campaign in ('churn risk', 'slipping high-value customers')
),

-- a forecast of other data, or one that did not pass its own test, is none
published as (
    select
        forecasts.customer_id,
        forecasts.probability_no_order_90d,
        forecasts.reason
    from forecasts
    inner join periods on forecasts.fingerprint = periods.fingerprint
    inner join accuracy on forecasts.fingerprint = accuracy.fingerprint
    where
        accuracy.model = 'churn'
        and accuracy.decile = 0
        and accuracy.is_published
),

joined as (
    select
        assumed.*,
        customers.customer_id,
        customers.value_segment,
        published.reason,
        engagement.sessions_last_30d,
        engagement.sessions_prior_90d_per_30d,
        cast(published.probability_no_order_90d as numeric(9, 6))
            as probability_no_order_90d,
        cast(
            {{ safe_divide(
                'engagement.sessions_last_30d', 'engagement.sessions_prior_90d_per_30d'
            ) }} as numeric(18, 6)
        ) as engagement_trend
    from customers
    inner join engagement on customers.customer_id = engagement.customer_id
    cross join assumed
    left join published on customers.customer_id = published.customer_id
),

judged as (
    select
        customer_id,
        sessions_last_30d,
        sessions_prior_90d_per_30d,
        engagement_trend,
        probability_no_order_90d,
        reason,
        case
            when
                value_segment = 'high'
                and sessions_prior_90d_per_30d >= least_sessions
                and engagement_trend <= most_trend
                then
                    'Visits in 30 days fell from '
                    || cast(sessions_prior_90d_per_30d as numeric(18, 1))
                    || ' to ' || sessions_last_30d
        end as slipping,
        case
            when probability_no_order_90d >= high_probability then 'high'
            when probability_no_order_90d >= medium_probability then 'medium'
            when probability_no_order_90d is not null then 'low'
        end as risk_band,
        probability_no_order_90d is not null as is_published
    from joined
)

select * from judged
