-- 'all' is everyone who signed up, and each of them is in one month and one channel.
with

signups as (
    select count(*) as signups
    from {{ ref('customers') }} as customers
    cross join {{ ref('int_as_of_date') }} as as_of
    where customers.signup_date <= as_of.as_of_date
),

signup_conversion as (
    select
        *,
        case when signup_month = 'all' then 'all' else 'each' end as months,
        case when channel = 'all' then 'all' else 'each' end as channels
    from {{ ref('signup_conversion') }}
),

kinds as (
    select
        window_days,
        months,
        channels,
        sum(signups) as signups,
        sum(mature_signups) as mature_signups,
        sum(converted) as converted
    from signup_conversion
    group by window_days, months, channels
),

compared as (
    select
        *,
        max(mature_signups) over (partition by window_days) as most_mature_signups,
        max(converted) over (partition by window_days) as most_converted,
        count(*) over () as kinds
    from kinds
)

select
    compared.*,
    signups.signups as signups_wanted
from signups
left join compared on signups.signups > 0
where
    signups.signups > 0
    and (
        compared.signups = signups.signups
        and compared.mature_signups = compared.most_mature_signups
        and compared.converted = compared.most_converted
        and compared.kinds = 4 * {{ var('signup_windows') | length }}
    ) is not true
