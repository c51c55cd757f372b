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

-- the highest rank is 0 where all buyers are equal: then everyone is in the middle
scored as (
    select
        *,
        case
            when max(recency_rank) over () = 0 then 3
            else least(1 + floor(5 * recency_rank), 5)
        end as recency_score,
        case
            when max(frequency_rank) over () = 0 then 3
            else least(1 + floor(5 * frequency_rank), 5)
        end as frequency_score,
        case
            when max(monetary_rank) over () = 0 then 3
            else least(1 + floor(5 * monetary_rank), 5)
        end as monetary_score
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
        cast(scored.recency_score as bigint) as recency_score,
        cast(scored.frequency_score as bigint) as frequency_score,
        cast(scored.monetary_score as bigint) as monetary_score,
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
