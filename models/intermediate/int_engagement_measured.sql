{{ config(indexes=[{'columns': ['period', 'customer_id'], 'unique': true}]) }}

with

orders as (
    select * from {{ ref('int_orders_known') }}
),

visited as (
    select * from {{ ref('int_sessions_measured') }}
),

customers as (
    select * from {{ ref('int_customers_merged') }}
),

periods as (
    select * from {{ ref('int_forecast_periods') }}
),

ordered as (
    select
        customer_id,
        min(order_date) as first_order_date,
    {% for period, start, end in forecast_periods() %}
        max(case when spans_ago >= {{ start }} then order_date end)
            as {{ period }}_last_date,
        count(case when spans_ago >= {{ start }} then 1 end) as {{ period }}_orders,
        sum(case when spans_ago >= {{ start }} then revenue end)
            as {{ period }}_revenue,
        sum(net_revenue_{{ start }}) as {{ period }}_net_revenue,
        count(case when spans_ago >= {{ start }} then promo_code end)
            as {{ period }}_promo_orders,
        count(
            case when spans_ago < {{ start }} and spans_ago >= {{ end }} then 1 end
        ) as {{ period }}_holdout_orders{{ ',' if not loop.last }}
    {% endfor %}
    from orders
    group by customer_id
),

joined as (
    select
        ordered.*,
        customers.channel,
    {% for period, start, end in forecast_periods() %}
        visited.{{ period }}_sessions_last_30d,
        visited.{{ period }}_sessions_prior_90d,
        visited.{{ period }}_session_seconds{{ ',' if not loop.last }}
    {% endfor %}
    from ordered
    inner join customers on ordered.customer_id = customers.customer_id
    left join visited on ordered.customer_id = visited.customer_id
),

followed as (
    {% for period, start, end in forecast_periods() %}
        select
            '{{ period }}' as period,
            customer_id,
            channel,
            first_order_date,
            {{ period }}_last_date as last_order_date,
            {{ period }}_orders as orders,
            {{ period }}_revenue as revenue,
            {{ period }}_net_revenue as net_revenue,
            {{ period }}_promo_orders as promo_orders,
            {{ period }}_sessions_last_30d as sessions_last_30d,
            {{ period }}_sessions_prior_90d as sessions_prior_90d,
            {{ period }}_session_seconds as session_seconds,
            {{ period }}_holdout_orders as holdout_orders
        from joined
        where {{ period }}_orders > 0
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

measured as (
    select
        followed.period,
        followed.customer_id,
        followed.channel,
        {{ days_between('followed.last_order_date', 'periods.cutoff_date') }}
            as days_since_last_order,
        {{ days_between('followed.first_order_date', 'periods.cutoff_date') }}
            as days_observed,
        followed.orders,
        cast({{ safe_divide('followed.revenue', 'followed.orders') }} as numeric(18, 2))
            as average_order_value,
        cast(followed.net_revenue as numeric(18, 2)) as net_revenue,
        cast(
            {{ safe_divide(
                days_between('followed.first_order_date', 'followed.last_order_date'),
                'followed.orders - 1'
            ) }} as numeric(18, 2)
        ) as average_gap_days,
        cast(
            {{ safe_divide('followed.promo_orders', 'followed.orders') }}
            as numeric(9, 6)
        ) as promo_share,
        cast(coalesce(followed.sessions_prior_90d, 0) / 3.0 as numeric(18, 6))
            as sessions_prior_90d_per_30d,
        followed.session_seconds as average_session_seconds,
        coalesce(followed.sessions_last_30d, 0) as sessions_last_30d,
        case when followed.period <> 'score' then followed.holdout_orders > 0 end
            as has_order_in_holdout
    from followed
    inner join periods on followed.period = periods.period
)

select * from measured
