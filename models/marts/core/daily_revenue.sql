{{ config(indexes=[{'columns': ['date_day'], 'unique': true}]) }}

with

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

orders as (
    select * from {{ ref('int_orders_numbered') }}
),

-- who has ordered on that day before is no other buyer
orders_per_day as (
    select
        order_date,
        count(*) as orders,
        count(*) filter (
            where previous_order_date is null or previous_order_date < order_date
        ) as buyers,
        sum(revenue) as revenue,
        sum(net_revenue) as net_revenue
    from orders
    group by order_date
),

every_day as (
    select
        calendar_days.date_day,
        coalesce(orders_per_day.orders, 0) as orders,
        coalesce(orders_per_day.buyers, 0) as buyers,
        coalesce(orders_per_day.revenue, 0) as revenue,
        coalesce(orders_per_day.net_revenue, 0) as net_revenue
    from calendar_days
    left join orders_per_day on calendar_days.date_day = orders_per_day.order_date
),

windowed as (
    select
        *,
        count(*) over last_7_days as days_in_7d_window,
        count(*) over last_28_days as days_in_28d_window,
        sum(revenue) over last_7_days as revenue_7d,
        sum(revenue) over last_28_days as revenue_28d
    from every_day
    window
        last_7_days as (
            order by date_day rows between 6 preceding and current row
        ),
        last_28_days as (
            order by date_day rows between 27 preceding and current row
        )
),

averaged as (
    select
        date_day,
        orders,
        buyers,
        cast(revenue as numeric(18, 2)) as revenue,
        cast(net_revenue as numeric(18, 2)) as net_revenue,
        cast(
            case
                when days_in_7d_window = 7 then {{ safe_divide('revenue_7d', '7') }}
            end as numeric(18, 2)
        ) as revenue_7d_average,
        cast(
            case
                when days_in_28d_window = 28 then {{ safe_divide('revenue_28d', '28') }}
            end as numeric(18, 2)
        ) as revenue_28d_average,
        days_in_7d_window
    from windowed
)

select * from averaged
