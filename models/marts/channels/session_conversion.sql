{{ config(indexes=[{'columns': ['source'], 'unique': true}]) }}

with

web_sessions as (
    select * from {{ ref('web_sessions') }}
),

sources as (
    select
        source,
        count(*) as sessions,
        count(customer_id) as known_customer_sessions,
        count(*) filter (where converted) as converted_sessions
    from web_sessions
    group by source
),

rated as (
    select
        source,
        sessions,
        known_customer_sessions,
        converted_sessions,
        cast({{ safe_divide('converted_sessions', 'sessions') }} as numeric(9, 6))
            as conversion_rate,
        {{ wilson_low('converted_sessions', 'sessions') }} as conversion_rate_low,
        {{ wilson_high('converted_sessions', 'sessions') }} as conversion_rate_high,
        cast(
            {{ safe_divide('converted_sessions', 'sum(converted_sessions) over ()') }}
            as numeric(9, 6)
        ) as share_of_conversions
    from sources
)

select * from rated
