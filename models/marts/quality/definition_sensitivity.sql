{{ config(indexes=[{'columns': ['kpi', 'variant'], 'unique': true}]) }}

{#- ours come first: from the marts, so that they cannot drift -#}
{%- set variants = [
    ('revenue', 'gross', 'counted.revenue', true),
    ('orders', 'counted orders', 'counted.orders', true),
    ('average order value', 'pooled, gross', 'counted.order_value', true),
    ('repeat rate, 90 days', 'mature buyers', 'rates.repeat_rate', true),
    ('value per customer', 'net, also of who never ordered', 'people.net_value', true),
    ('order conversion', 'everybody', 'people.order_conversion', true),
    ('daily revenue, 7 days', 'calendar days', 'today.revenue_7d_average', true),
    ('revenue', 'net of refunds', 'counted.net_revenue', false),
    ('average order value', 'net of refunds', 'counted.net_order_value', false),
    ('repeat rate, 90 days', 'all buyers', 'rates.unadjusted_repeat_rate', false),
    ('value per customer', 'net, buyers only', 'people.value_of_buyers', false),
    ('value per customer', 'gross', 'people.gross_value', false),
] %}

with

orders as (
    select * from {{ ref('orders') }}
),

customers as (
    select * from {{ ref('customers') }}
),

repeat_purchase_rates as (
    select * from {{ ref('repeat_purchase_rates') }}
),

daily_revenue as (
    select * from {{ ref('daily_revenue') }}
),

kpis_varied as (
    select * from {{ ref('int_kpis_varied') }}
),

counted as (
    select
        count(*) as orders,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(net_revenue), 0) as net_revenue,
        {{ safe_divide('sum(revenue)', 'count(*)') }} as order_value,
        {{ safe_divide('sum(net_revenue)', 'count(*)') }} as net_order_value
    from orders
),

people as (
    select
        {{ safe_divide('sum(net_revenue)', 'count(*)') }} as net_value,
        {{ safe_divide('sum(gross_revenue)', 'count(*)') }} as gross_value,
        {{ safe_divide('sum(net_revenue)', 'count(*) filter (where orders > 0)') }}
            as value_of_buyers,
        {{ safe_divide('count(*) filter (where orders > 0)', 'count(*)') }}
            as order_conversion
    from customers
),

rates as (
    select
        max(repeat_rate) as repeat_rate,
        max(unadjusted_repeat_rate) as unadjusted_repeat_rate
    from repeat_purchase_rates
    where channel = 'all' and window_days = 90
),

latest as (
    select max(date_day) as date_day
    from daily_revenue
),

today as (
    select daily_revenue.revenue_7d_average
    from latest
    left join daily_revenue on latest.date_day = daily_revenue.date_day
),

every_variant as (
    {% for kpi, variant, value, is_ours in variants %}
        select
            '{{ kpi }}' as kpi,
            '{{ variant }}' as variant,
            cast({{ value }} as numeric(22, 6)) as value,
            {{ is_ours | lower }} as is_ours
        from {{ value.split('.')[0] }}

        union all

    {% endfor %}
    select
        *,
        false as is_ours
    from kpis_varied
),

compared as (
    select
        *,
        max(case when is_ours then value end) over (partition by kpi) as our_value
    from every_variant
),

differing as (
    select
        kpi,
        variant,
        value,
        cast(our_value as numeric(22, 6)) as our_value,
        cast(value - our_value as numeric(22, 6)) as difference,
        cast({{ safe_divide('value - our_value', 'our_value') }} as numeric(22, 6))
            as relative_difference,
        is_ours
    from compared
)

select * from differing
