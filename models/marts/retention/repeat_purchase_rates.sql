{{ config(indexes=[{'columns': ['window_days', 'channel'], 'unique': true}]) }}

with

buyers as (
    select * from {{ ref('int_buyers_observed') }}
),

windows as (
    {% for days in var('repeat_windows') %}
        select {{ days }} as window_days
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

channels as (
    select
        windows.window_days,
        buyers.channel,
        count(*) as buyers,
        count(*) filter (
            where buyers.days_observed >= windows.window_days
        ) as mature_buyers,
        count(*) filter (
            where
            buyers.days_observed >= windows.window_days
            and buyers.days_to_second_order <= windows.window_days
        ) as repeat_buyers,
        count(*) filter (
            where buyers.days_to_second_order <= windows.window_days
        ) as unadjusted_repeat_buyers
    from buyers
    cross join windows
    group by windows.window_days, buyers.channel
),

everyone as (
    select
        window_days,
        'all' as channel,
        sum(buyers) as buyers,
        sum(mature_buyers) as mature_buyers,
        sum(repeat_buyers) as repeat_buyers,
        sum(unadjusted_repeat_buyers) as unadjusted_repeat_buyers
    from channels
    group by window_days
),

channels_and_everyone as (
    select * from channels
    union all
    select * from everyone
),

rated as (
    select
        cast(window_days as bigint) as window_days,
        channel,
        cast(buyers as bigint) as buyers,
        cast(mature_buyers as bigint) as mature_buyers,
        cast(repeat_buyers as bigint) as repeat_buyers,
        cast({{ safe_divide('repeat_buyers', 'mature_buyers') }} as numeric(9, 6))
            as repeat_rate,
        {{ wilson_low('repeat_buyers', 'mature_buyers') }} as repeat_rate_low,
        {{ wilson_high('repeat_buyers', 'mature_buyers') }} as repeat_rate_high,
        cast(unadjusted_repeat_buyers as bigint) as unadjusted_repeat_buyers,
        cast({{ safe_divide('unadjusted_repeat_buyers', 'buyers') }} as numeric(9, 6))
            as unadjusted_repeat_rate
    from channels_and_everyone
)

select * from rated
