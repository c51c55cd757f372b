-- Each KPI has one definition that is ours, and the marts come to the same; those that
-- show cents may be rounded.
with

sensitivity as (
    select * from {{ ref('definition_sensitivity') }}
),

daily_revenue as (
    select
        revenue,
        row_number() over (order by date_day desc) as days_ago
    from {{ ref('daily_revenue') }}
),

channels as (
    select
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue,
        {{ safe_divide('sum(revenue)', 'sum(orders)') }} as order_value,
        {{ safe_divide('sum(net_revenue)', 'sum(customers)') }} as customer_value,
        {{ safe_divide('sum(buyers)', 'sum(customers)') }} as order_conversion
    from {{ ref('channel_performance') }}
),

codes as (
    select
        {{ safe_divide('sum(repeat_buyers_90d)', 'sum(mature_buyers_90d)') }}
            as repeat_rate
    from {{ ref('first_order_promo_retention') }}
),

last_days as (
    select case when count(*) = 7 then sum(revenue) / 7 end as average_revenue
    from daily_revenue
    where days_ago <= 7
),

-- as repeat_windows says, the marts may not have this rate
windows as (
    select count(*) as windows
    from {{ ref('repeat_purchase_rates') }}
    where channel = 'all' and window_days = 90
),

wanted as (
    select
        'orders' as kpi,
        orders as value
    from channels

    union all

    select
        'revenue' as kpi,
        revenue as value
    from channels

    union all

    select
        'average order value' as kpi,
        order_value as value
    from channels

    union all

    select
        'value per customer' as kpi,
        customer_value as value
    from channels

    union all

    select
        'order conversion' as kpi,
        order_conversion as value
    from channels

    union all

    select
        'repeat rate, 90 days' as kpi,
        case when windows.windows = 1 then codes.repeat_rate end as value
    from codes
    cross join windows

    union all

    select
        'daily revenue, 7 days' as kpi,
        average_revenue as value
    from last_days
),

ours as (
    select
        kpi,
        count(*) filter (where is_ours) as ours,
        max(our_value) as our_value
    from sensitivity
    group by kpi
)

select
    wanted.kpi as wanted_kpi,
    wanted.value as wanted_value,
    ours.kpi,
    ours.ours,
    ours.our_value
from wanted
full outer join ours on wanted.kpi = ours.kpi
where
    (
        ours.ours = 1
        and abs(coalesce(wanted.value, -1) - coalesce(ours.our_value, -1))
        <= case when wanted.kpi = 'daily revenue, 7 days' then 0.005 else 0.000001 end
    ) is not true
