{{ config(indexes=[{'columns': ['order_number'], 'unique': true}]) }}

with

orders as (
    select * from {{ ref('orders') }}
),

gaps as (
    select
        order_number,
        count(*) as gaps,
        {{ percentile('days_since_previous_order', 0.25) }} as p25_days,
        {{ percentile('days_since_previous_order', 0.5) }} as median_days,
        {{ percentile('days_since_previous_order', 0.75) }} as p75_days,
        {{ percentile('days_since_previous_order', 0.9) }} as p90_days
    from orders
    where order_number > 1
    group by order_number
),

typed as (
    select
        order_number,
        gaps,
        cast(p25_days as numeric(18, 2)) as p25_days,
        cast(median_days as numeric(18, 2)) as median_days,
        cast(p75_days as numeric(18, 2)) as p75_days,
        cast(p90_days as numeric(18, 2)) as p90_days
    from gaps
)

select * from typed
