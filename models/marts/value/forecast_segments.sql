{{ config(indexes=[{'columns': ['forecast_segment'], 'unique': true}]) }}

with

customer_forecasts as (
    select * from {{ ref('customer_forecasts') }}
),

summed as (
    select
        forecast_segment,
        is_published,
        count(*) as customers,
        sum(historic_value) as historic_value,
        sum(naive_value_365d) as naive_value_365d,
        sum(expected_orders_90d) as expected_orders_90d,
        sum(expected_value_365d) as expected_value_365d
    from customer_forecasts
    where forecast_segment is not null
    group by forecast_segment, is_published
),

typed as (
    select
        forecast_segment,
        is_published,
        customers,
        cast(historic_value as numeric(18, 2)) as historic_value,
        cast(naive_value_365d as numeric(18, 2)) as naive_value_365d,
        cast(expected_orders_90d as numeric(18, 6)) as expected_orders_90d,
        cast(expected_value_365d as numeric(18, 2)) as expected_value_365d
    from summed
)

select * from typed
