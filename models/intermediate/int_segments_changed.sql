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
        sum(orders) over (
            partition by customer_id
            order by calendar_month
            rows between unbounded preceding and current row
        ) as orders,
        lead(calendar_month) over (
            partition by customer_id
            order by calendar_month
        ) as next_month
    from customer_months
),

ranked as (
    select
        states.customer_id,
        states.cohort_month,
        snapshot_days.calendar_month,
        snapshot_days.snapshot_date,
        percent_rank() over (
            partition by snapshot_days.calendar_month
            order by states.last_order_date
        ) as recency_rank,
        percent_rank() over (
            partition by snapshot_days.calendar_month
            order by states.orders
        ) as frequency_rank
    from states
    inner join snapshot_days
        on
            states.calendar_month <= snapshot_days.calendar_month
            and coalesce(states.next_month > snapshot_days.calendar_month, true)
),

scored as (
    select
        *,
        {{
            rank_score(
                'recency_rank', 'max(recency_rank) over (partition by calendar_month)'
            )
        }} as recency_score,
        {{
            rank_score(
                'frequency_rank',
                'max(frequency_rank) over (partition by calendar_month)'
            )
        }} as frequency_score
    from ranked
),

segmented as (
    select
        scored.customer_id,
        scored.cohort_month,
        scored.calendar_month,
        scored.snapshot_date,
        rfm_grid.rfm_segment,
        lag(rfm_grid.rfm_segment) over (
            partition by scored.customer_id
            order by scored.calendar_month
        ) as previous_segment
    from scored
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
