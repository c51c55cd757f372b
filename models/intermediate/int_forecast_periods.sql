{{ config(indexes=[{'columns': ['period'], 'unique': true}]) }}

{% set contents = [
    'sources.source', 'as_of.as_of_date', 'ordered.orders', 'ordered.order_numbers',
    'ordered.revenue', 'ordered.revenue_days', 'ordered.refunded_amount',
    'visited.sessions', 'visited.known_sessions', 'visited.seconds',
] -%}

with

orders as (
    select * from {{ ref('int_orders_numbered') }}
),

web_sessions as (
    select * from {{ ref('int_web_sessions_identified') }}
),

sources as (
    select max(source) as source
    from {{ ref('int_orders') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

ordered as (
    select
        min(order_date) as first_order_date,
        count(*) as orders,
        sum(order_number) as order_numbers,
        sum(revenue) as revenue,
        sum(
            revenue * {{ days_between("cast('2000-01-01' as date)", 'order_date') }}
        ) as revenue_days,
        sum(refunded_amount) as refunded_amount
    from orders
),

visited as (
    select
        count(*) as sessions,
        count(customer_id) as known_sessions,
        coalesce(sum(duration_seconds), 0) as seconds
    from web_sessions
),

-- sums that change with the data tell a forecast of these data from one of others
marked as (
    select
        sources.source,
        as_of.as_of_date,
        {{ days_between('ordered.first_order_date', 'as_of.as_of_date') }}
            as history_days,
        {% set texts = [] -%}
        {% for content in contents -%}
            {% do texts.append(measured(content)) -%}
        {% endfor -%}
        {{ dbt.hash(texts | join(' || ')) }} as fingerprint
    from ordered
    cross join visited
    cross join sources
    cross join as_of
    where ordered.orders > 0
),

-- the last 90 days are held out, or a fifth of a history that is shorter
held_out as (
    select
        *,
        cast(least(90, floor(history_days / 5.0)) as bigint) as holdout_days
    from marked
),

dated as (
    {% for period, start, end in forecast_periods() -%}
        {% set cutoff_days = '-' ~ start ~ ' * holdout_days' -%}
        {% set end_days = '-' ~ end ~ ' * holdout_days' -%}
        select
            '{{ period }}' as period,
            cast({{ dbt.dateadd('day', cutoff_days, 'as_of_date') }} as date)
                as cutoff_date,
            cast({{ dbt.dateadd('day', end_days, 'as_of_date') }} as date) as end_date,
            holdout_days,
            history_days,
            source,
            as_of_date,
            fingerprint
        from held_out
        {% if not loop.last %}union all{% endif %}
    {% endfor -%}
)

select * from dated
