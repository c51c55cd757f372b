with

buyers as (
    select * from {{ ref('int_buyers_summed') }}
),

bounds as (
    select * from {{ ref('int_value_bounds') }}
),

rfm_grid as (
    select * from {{ ref('rfm_grid') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

ranked as (
    select
        *,
        percent_rank() over (order by last_order_date) as recency_rank,
        percent_rank() over (order by orders) as frequency_rank,
        percent_rank() over (order by net_revenue) as monetary_rank
    from buyers
),

scored as (
    select
        *,
        {{ rank_score('recency_rank', 'max(recency_rank) over ()') }} as recency_score,
        {{ rank_score('frequency_rank', 'max(frequency_rank) over ()') }}
            as frequency_score,
        {{ rank_score('monetary_rank', 'max(monetary_rank) over ()') }}
            as monetary_score
    from ranked
),

segmented as (
    select
        scored.customer_id,
        scored.first_order_date,
        scored.last_order_date,
        scored.orders,
        scored.gross_revenue,
        scored.refunded_amount,
        scored.net_revenue,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        rfm_grid.rfm_segment,
        {{ days_between('scored.last_order_date', 'as_of.as_of_date') }}
            as recency_days,
        case
            when scored.net_revenue < bounds.lower_bound then 'low'
            when scored.net_revenue > bounds.upper_bound then 'high'
            else 'mid'
        end as value_segment,
        case
            when scored.last_order_date < as_of.churn_date then 'churned'
            else 'active'
        end as customer_status,
        scored.net_revenue > bounds.vip_bound
        and scored.orders >= {{ var('vip_min_orders') }} as is_vip
    from scored
    cross join bounds
    cross join as_of
    left join rfm_grid
        on
            scored.recency_score = rfm_grid.recency_score
            and scored.frequency_score = rfm_grid.frequency_score
)

select * from segmented
