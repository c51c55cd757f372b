{{ config(indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

with

customers as (
    select * from {{ ref('customers') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

periods as (
    select * from {{ ref('int_forecast_periods') }}
),

forecasts as (
    select * from {{ source('forecast', 'customer_forecasts') }}
),

accuracy as (
    select * from {{ source('forecast', 'accuracy') }}
),

-- a forecast of other data is none
matching as (
    select forecasts.*
    from forecasts
    inner join periods on forecasts.fingerprint = periods.fingerprint
    where periods.period = 'score'
),

judged as (
    select
        coalesce(max(case when accuracy.is_published then 1 else 0 end), 0) = 1
            as is_published,
        coalesce(max(accuracy.verdict), 'No forecast was made of these data') as verdict
    from accuracy
    inner join periods on accuracy.fingerprint = periods.fingerprint
    where
        periods.period = 'score'
        and accuracy.model = 'purchases'
        and accuracy.decile = 0
),

joined as (
    select
        customers.customer_id,
        customers.net_revenue as historic_value,
        {{ safe_divide(
            '365 * customers.gross_revenue',
            days_between('customers.first_order_date', 'as_of.as_of_date')
        ) }} as naive_value_365d,
        {% for column in (
            'probability_alive', 'expected_orders_90d', 'expected_orders_365d',
            'expected_order_value', 'expected_value_365d'
        ) -%}
            case when judged.is_published then matching.{{ column }} end
                as {{ column }},
        {% endfor -%}
        matching.forecast_segment,
        judged.is_published,
        judged.verdict,
        matching.fitted_at
    from customers
    cross join as_of
    cross join judged
    left join matching on customers.customer_id = matching.customer_id
),

typed as (
    select
        customer_id,
        cast(probability_alive as numeric(9, 6)) as probability_alive,
        cast(expected_orders_90d as numeric(18, 6)) as expected_orders_90d,
        cast(expected_orders_365d as numeric(18, 6)) as expected_orders_365d,
        cast(expected_order_value as numeric(18, 2)) as expected_order_value,
        cast(expected_value_365d as numeric(18, 2)) as expected_value_365d,
        historic_value,
        cast(
            historic_value + cast(expected_value_365d as numeric(18, 2))
            as numeric(18, 2)
        ) as total_value,
        cast(naive_value_365d as numeric(18, 2)) as naive_value_365d,
        forecast_segment,
        is_published,
        verdict,
        fitted_at
    from joined
)

select * from typed
