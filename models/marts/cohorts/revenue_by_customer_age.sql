{{ config(indexes=[{'columns': ['days_since_first_order'], 'unique': true}]) }}

with

orders as (
    select * from {{ ref('orders') }}
),

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

-- the oldest customer's age on each day of the calendar
ages as (
    select
        cast(row_number() over (order by date_day) - 1 as bigint)
            as days_since_first_order
    from calendar_days
),

revenue_per_age as (
    select
        days_since_first_order,
        sum(net_revenue) as net_revenue
    from orders
    group by days_since_first_order
),

every_age as (
    select
        ages.days_since_first_order,
        coalesce(revenue_per_age.net_revenue, 0) as net_revenue
    from ages
    left join revenue_per_age
        on ages.days_since_first_order = revenue_per_age.days_since_first_order
),

cumulated as (
    select
        *,
        sum(net_revenue) over () as total_net_revenue,
        sum(net_revenue) over (
            order by days_since_first_order
            rows between unbounded preceding and current row
        ) as cumulative_net_revenue
    from every_age
),

shared as (
    select
        days_since_first_order,
        cast(net_revenue as numeric(18, 2)) as net_revenue,
        cast({{ safe_divide('net_revenue', 'total_net_revenue') }} as numeric(22, 6))
            as revenue_share,
        cast(
            {{ safe_divide('cumulative_net_revenue', 'total_net_revenue') }}
            as numeric(22, 6)
        ) as cumulative_revenue_share
    from cumulated
)

select * from shared
