with recursive

orders as (
    select * from {{ ref('int_orders_counted') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

first_day as (
    select min(order_date) as date_day
    from orders
),

calendar_days as (
    select date_day
    from first_day
    where date_day is not null

    union all

    select
        cast({{ dbt.dateadd('day', 1, 'calendar_days.date_day') }} as date) as date_day
    from calendar_days
    cross join as_of
    where calendar_days.date_day < as_of.as_of_date
)

select * from calendar_days
