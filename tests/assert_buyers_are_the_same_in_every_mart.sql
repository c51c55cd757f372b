-- A buyer is in one channel, region, segment and cohort, and in each repeat window.
with

buyers as (
    select count(*) as buyers
    from {{ ref('customers') }}
    where orders > 0
),

totals as (
    select
        'channel_performance' as mart,
        coalesce(sum(buyers), 0) as buyers
    from {{ ref('channel_performance') }}

    union all

    select
        'channel_region_revenue' as mart,
        coalesce(sum(buyers), 0) as buyers
    from {{ ref('channel_region_revenue') }}

    union all

    select
        'rfm_segments' as mart,
        coalesce(sum(customers), 0) as buyers
    from {{ ref('rfm_segments') }}
    where rfm_segment <> 'Never Ordered'

    union all

    select
        'value_segments' as mart,
        coalesce(sum(customers), 0) as buyers
    from {{ ref('value_segments') }}

    union all

    select
        'segment_geography' as mart,
        coalesce(sum(customers), 0) as buyers
    from {{ ref('segment_geography') }}
    where rfm_segment <> 'Never Ordered'

    union all

    select
        'value_segment_profile, by attribute' as mart,
        sum(customers) as buyers
    from {{ ref('value_segment_profile') }}
    group by attribute

    union all

    select
        'value_segment_profile, attributes' as mart,
        buyers.buyers * count(distinct value_segment_profile.attribute) / 4 as buyers
    from buyers
    left join {{ ref('value_segment_profile') }} as value_segment_profile
        on buyers.buyers > 0
    group by buyers.buyers

    union all

    select
        'first_category_value' as mart,
        coalesce(sum(new_customers), 0) as buyers
    from {{ ref('first_category_value') }}

    union all

    select
        'channel_unit_economics' as mart,
        coalesce(sum(new_customers), 0) as buyers
    from {{ ref('channel_unit_economics') }}

    union all

    select
        'cohort_first_orders' as mart,
        coalesce(sum(new_customers), 0) as buyers
    from {{ ref('cohort_first_orders') }}

    union all

    select
        'cohort_retention' as mart,
        coalesce(sum(active_customers), 0) as buyers
    from {{ ref('cohort_retention') }}
    where months_since_first_order = 0

    union all

    select
        'promo_performance, first orders' as mart,
        coalesce(sum(first_orders), 0) as buyers
    from {{ ref('promo_performance') }}

    union all

    select
        'first_order_promo_retention' as mart,
        coalesce(sum(buyers), 0) as buyers
    from {{ ref('first_order_promo_retention') }}

    union all

    select
        'customer_growth' as mart,
        coalesce(sum(new_customers), 0) as buyers
    from {{ ref('customer_growth') }}

    union all

    select
        'repeat_purchase_rates, by channel' as mart,
        sum(buyers) as buyers
    from {{ ref('repeat_purchase_rates') }}
    where channel <> 'all'
    group by window_days

    union all

    select
        'repeat_purchase_rates, fewest of all' as mart,
        coalesce(min(buyers), 0) as buyers
    from {{ ref('repeat_purchase_rates') }}
    where channel = 'all'

    union all

    select
        'repeat_purchase_rates, most of all' as mart,
        coalesce(max(buyers), 0) as buyers
    from {{ ref('repeat_purchase_rates') }}
    where channel = 'all'
)

select
    totals.mart,
    totals.buyers,
    buyers.buyers as buyers_wanted
from totals
cross join buyers
where totals.buyers <> buyers.buyers
