{{ config(unique_key='calendar_month', incremental_strategy='affected') }}

with

customer_months as (
    select * from {{ ref('int_customers_active') }}
),

-- the month before the first affected one tells what was before
snapshot_days as (
    select * from {{ ref('int_snapshot_days') }}
    {{ of_affected('calendar_month', dbt.dateadd('month', 1, 'calendar_month')) }}
),

rfm_grid as (
    select * from {{ ref('rfm_grid') }}
),

-- what an active month leaves behind until the next one
states as (
    select
        customer_id,
        cohort_month,
        calendar_month,
        last_order_date,
        sum(orders) over until_then as orders,
        lead(calendar_month) over until_then as next_month
    from customer_months
    window until_then as (partition by customer_id order by calendar_month)
),

lasting as (
    select
        states.customer_id,
        states.cohort_month,
        states.last_order_date,
        states.orders,
        snapshot_days.calendar_month,
        snapshot_days.snapshot_date
    from states
    inner join snapshot_days
        on
            states.calendar_month <= snapshot_days.calendar_month
            and coalesce(states.next_month > snapshot_days.calendar_month, true)
),

-- far fewer than customers, so that ranks are soon found
alike as (
    select
        calendar_month,
        last_order_date,
        orders,
        count(*) as customers
    from lasting
    group by calendar_month, last_order_date, orders
),

-- percent_rank of customers: how many of the others come before
ranked as (
    select
        calendar_month,
        last_order_date,
        orders,
        {{ safe_divide(
            'sum(customers) over in_month - sum(customers) over not_earlier',
            'greatest(sum(customers) over in_month - 1, 1)'
        ) }} as recency_rank,
        {{ safe_divide(
            'sum(customers) over in_month - sum(customers) over not_fewer',
            'greatest(sum(customers) over in_month - 1, 1)'
        ) }} as frequency_rank
    from alike
    window
        in_month as (partition by calendar_month),
        not_earlier as (partition by calendar_month order by last_order_date desc),
        not_fewer as (partition by calendar_month order by orders desc)
),

scored as (
    select
        *,
        {{ rank_score('recency_rank', 'max(recency_rank) over in_month') }}
            as recency_score,
        {{ rank_score('frequency_rank', 'max(frequency_rank) over in_month') }}
            as frequency_score
    from ranked
    window in_month as (partition by calendar_month)
),

segmented as (
    select
        lasting.customer_id,
        lasting.cohort_month,
        lasting.calendar_month,
        lasting.snapshot_date,
        rfm_grid.rfm_segment,
        lag(rfm_grid.rfm_segment) over (
            partition by lasting.customer_id
            order by lasting.calendar_month
        ) as previous_segment
    from lasting
    inner join scored
        on
            lasting.calendar_month = scored.calendar_month
            and lasting.last_order_date = scored.last_order_date
            and lasting.orders = scored.orders
    left join rfm_grid
        on
            scored.recency_score = rfm_grid.recency_score
            and scored.frequency_score = rfm_grid.frequency_score
),

-- where the history begins, nobody knows what was before
changed as (
    select
        customer_id,
        calendar_month,
        snapshot_date as valid_from,
        rfm_segment,
        case
            when calendar_month = cohort_month then 'Never Ordered'
            else previous_segment
        end as previous_segment
    from segmented
    where previous_segment is null or previous_segment <> rfm_segment
)

select * from changed
