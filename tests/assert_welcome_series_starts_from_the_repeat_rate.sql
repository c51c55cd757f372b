-- The rate to improve is the one that the retention marts give for the same window.
with

scenarios as (
    select * from {{ ref('welcome_series_scenarios') }}
),

assumed as (
    select value as window_days
    from {{ ref('campaign_assumptions') }}
    where campaign = 'welcome series' and assumption = 'repeat_window'
),

repeat_rates as (
    select * from {{ ref('repeat_purchase_rates') }}
)

select
    scenarios.relative_improvement,
    scenarios.base_rate,
    repeat_rates.repeat_rate
from scenarios
cross join assumed
inner join repeat_rates
    on
        assumed.window_days = repeat_rates.window_days
        and repeat_rates.channel = 'all'
where coalesce(scenarios.base_rate, -1) <> coalesce(repeat_rates.repeat_rate, -1)
