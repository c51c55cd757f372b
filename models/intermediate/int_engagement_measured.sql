{{ config(indexes=[{'columns': ['period', 'customer_id'], 'unique': true}]) }}

with

orders as (
    select * from {{ ref('int_orders_known') }}
),

web_sessions as (
    select * from {{ ref('int_web_sessions_identified') }}
),

customers as (
    select * from {{ ref('int_customers_merged') }}
),

periods as (
    select * from {{ ref('int_forecast_periods') }}
),

ordered as (
    select
        period,
        customer_id,
        cutoff_date,
        min(order_date) as first_order_date,
        max(order_date) filter (where is_past) as last_order_date,
        count(*) filter (where is_past) as orders,
        sum(revenue) filter (where is_past) as revenue,
        sum(net_revenue) filter (where is_past) as net_revenue,
        count(promo_code) filter (where is_past) as promo_orders,
        count(*) > count(*) filter (where is_past) as has_order_in_holdout
    from orders
    group by period, customer_id, cutoff_date
),

aged as (
    select
        periods.period,
        web_sessions.customer_id,
        web_sessions.duration_seconds,
        {{ days_between('web_sessions.session_date', 'periods.cutoff_date') }}
            as age_days
    from web_sessions
    cross join periods
    where
        web_sessions.customer_id is not null
        and web_sessions.session_date <= periods.cutoff_date
),

visited as (
    select
        period,
        customer_id,
        count(*) filter (where age_days < 30) as sessions_last_30d,
        count(*) filter (where age_days >= 30 and age_days < 120)
            as sessions_prior_90d,
        avg(duration_seconds) as average_session_seconds
    from aged
    group by period, customer_id
),

measured as (
    select
        ordered.period,
        ordered.customer_id,
        customers.channel,
        {{ days_between('ordered.last_order_date', 'ordered.cutoff_date') }}
            as days_since_last_order,
        {{ days_between('ordered.first_order_date', 'ordered.cutoff_date') }}
            as days_observed,
        ordered.orders,
        cast({{ safe_divide('ordered.revenue', 'ordered.orders') }} as numeric(18, 2))
            as average_order_value,
        cast(ordered.net_revenue as numeric(18, 2)) as net_revenue,
        cast(
            {{ safe_divide(
                days_between('ordered.first_order_date', 'ordered.last_order_date'),
                'ordered.orders - 1'
            ) }} as numeric(18, 2)
        ) as average_gap_days,
        cast(
            {{ safe_divide('ordered.promo_orders', 'ordered.orders') }} as numeric(9, 6)
        ) as promo_share,
        coalesce(visited.sessions_last_30d, 0) as sessions_last_30d,
        cast(coalesce(visited.sessions_prior_90d, 0) / 3.0 as numeric(18, 6))
            as sessions_prior_90d_per_30d,
        cast(visited.average_session_seconds as numeric(18, 2))
            as average_session_seconds,
        case when ordered.period <> 'score' then ordered.has_order_in_holdout end
            as has_order_in_holdout
    from ordered
    inner join customers on ordered.customer_id = customers.customer_id
    left join visited
        on
            ordered.period = visited.period
            and ordered.customer_id = visited.customer_id
    where ordered.orders > 0
)

select * from measured
