{{ config(indexes=[{'columns': ['model', 'decile'], 'unique': true}]) }}

with

periods as (
    select * from {{ ref('int_forecast_periods') }}
),

accuracy as (
    select * from {{ source('forecast', 'accuracy') }}
),

matching as (
    select
        accuracy.model,
        accuracy.decile,
        accuracy.customers,
        cast(accuracy.predicted_orders as numeric(18, 2)) as predicted_orders,
        cast(accuracy.actual_orders as numeric(18, 2)) as actual_orders,
        cast(accuracy.predicted_value as numeric(18, 2)) as predicted_value,
        cast(accuracy.actual_value as numeric(18, 2)) as actual_value,
        cast(accuracy.error as numeric(18, 6)) as error,
        accuracy.beats_naive,
        accuracy.is_published,
        accuracy.verdict,
        accuracy.fitted_at
    from accuracy
    inner join periods on accuracy.fingerprint = periods.fingerprint
    where periods.period = 'score'
)

select * from matching
