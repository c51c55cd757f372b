{{
    config(
        indexes=[
            {'columns': ['signup_month', 'channel', 'window_days'], 'unique': true}
        ]
    )
}}

with

customers as (
    select * from {{ ref('customers') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

windows as (
    {% for days in var('signup_windows') %}
        select {{ days }} as window_days
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

signups as (
    select
        customers.channel,
        customers.days_to_first_order,
        {{ month_label('customers.signup_date') }} as signup_month,
        {{ days_between('customers.signup_date', 'as_of.as_of_date') }} as days_observed
    from customers
    cross join as_of
    where customers.signup_date <= as_of.as_of_date
),

-- who ordered before signing up has not been converted by it
windowed as (
    select
        signups.signup_month,
        signups.channel,
        windows.window_days,
        signups.days_observed >= windows.window_days as is_mature,
        case
            when
                signups.days_observed >= windows.window_days
                and signups.days_to_first_order between 0 and windows.window_days
                then signups.days_to_first_order
        end as days_to_first_order
    from signups
    cross join windows
),

counted as (
    select
        window_days,
        coalesce(signup_month, 'all') as signup_month,
        coalesce(channel, 'all') as channel,
        count(*) as signups,
        count(*) filter (where is_mature) as mature_signups,
        count(days_to_first_order) as converted,
        {{ percentile('days_to_first_order', 0.5) }} as median_days_to_first_order
    from windowed
    group by grouping sets (
        (window_days, signup_month, channel),
        (window_days, signup_month),
        (window_days, channel),
        (window_days)
    )
),

rated as (
    select
        signup_month,
        channel,
        cast(window_days as bigint) as window_days,
        signups,
        mature_signups,
        converted,
        cast({{ safe_divide('converted', 'mature_signups') }} as numeric(9, 6))
            as conversion_rate,
        {{ wilson_low('converted', 'mature_signups') }} as conversion_rate_low,
        {{ wilson_high('converted', 'mature_signups') }} as conversion_rate_high,
        cast(median_days_to_first_order as numeric(18, 2)) as median_days_to_first_order
    from counted
)

select * from rated
