{{ config(indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

with

web_sessions as (
    select * from {{ ref('int_web_sessions_identified') }}
),

periods as (
    select * from {{ ref('int_forecast_periods') }}
),

aged as (
    select
        web_sessions.customer_id,
        web_sessions.duration_seconds,
        {{ days_between('web_sessions.session_date', 'periods.cutoff_date') }}
            as days_ago,
        periods.holdout_days
    from web_sessions
    cross join periods
    where web_sessions.customer_id is not null and periods.period = 'score'
),

measured as (
    select
        customer_id,
    {% for period, start, end in forecast_periods() %}
        count(
            case when days_ago - {{ start }} * holdout_days between 0 and 29 then 1 end
        ) as {{ period }}_sessions_last_30d,
        count(
            case
                when days_ago - {{ start }} * holdout_days between 30 and 119 then 1
            end
        ) as {{ period }}_sessions_prior_90d,
        cast(
            avg(
                case
                    when days_ago >= {{ start }} * holdout_days then duration_seconds
                end
            ) as numeric(18, 2)
        ) as {{ period }}_session_seconds{{ ',' if not loop.last }}
    {% endfor %}
    from aged
    group by customer_id
)

select * from measured
