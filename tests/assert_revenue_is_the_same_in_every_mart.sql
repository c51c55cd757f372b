-- Whichever mart an analyst adds up, it is the same shop: an empty mart adds up to 0,
-- and null is what a mart does not tell.
with

orders as (
    select
        count(*) as orders,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('orders') }}
),

totals as (
    select
        'customers' as mart,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(gross_revenue), 0) as revenue,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('customers') }}

    union all

    select
        'daily_revenue' as mart,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('daily_revenue') }}

    union all

    select
        'channel_performance' as mart,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('channel_performance') }}

    union all

    select
        'channel_aov_monthly' as mart,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue,
        null as net_revenue
    from {{ ref('channel_aov_monthly') }}

    union all

    select
        'channel_region_revenue' as mart,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue,
        null as net_revenue
    from {{ ref('channel_region_revenue') }}

    union all

    select
        'promo_performance' as mart,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue,
        null as net_revenue
    from {{ ref('promo_performance') }}

    union all

    select
        'rfm_segments' as mart,
        null as orders,
        null as revenue,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('rfm_segments') }}

    union all

    select
        'value_segments' as mart,
        null as orders,
        null as revenue,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('value_segments') }}

    union all

    select
        'segment_geography' as mart,
        null as orders,
        null as revenue,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('segment_geography') }}

    union all

    select
        'cohort_retention' as mart,
        coalesce(sum(orders), 0) as orders,
        null as revenue,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('cohort_retention') }}

    union all

    select
        'cohort_first_orders' as mart,
        null as orders,
        null as revenue,
        coalesce(sum(total_net_revenue), 0) as net_revenue
    from {{ ref('cohort_first_orders') }}

    union all

    select
        'revenue_by_customer_age' as mart,
        null as orders,
        null as revenue,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('revenue_by_customer_age') }}
)

select
    totals.mart,
    totals.orders,
    totals.revenue,
    totals.net_revenue,
    orders.orders as orders_wanted,
    orders.revenue as revenue_wanted,
    orders.net_revenue as net_revenue_wanted
from totals
cross join orders
where
    totals.orders <> orders.orders
    or totals.revenue <> orders.revenue
    or totals.net_revenue <> orders.net_revenue
