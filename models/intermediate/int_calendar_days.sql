with

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

-- 0 to 999, and twice: to reach back more than two thousand years
digits as (
    select 0 as digit
    {% for digit in range(1, 10) -%}
        union all
        select {{ digit }} as digit
    {% endfor -%}
),

thousand as (
    select 100 * hundreds.digit + 10 * tens.digit + ones.digit as number
    from digits as hundreds
    cross join digits as tens
    cross join digits as ones
),

spans as (
    select
        first_day.date_day,
        {{ days_between('first_day.date_day', 'as_of.as_of_date') }} as last_number
    from first_day
    cross join as_of
),

numbered as (
    select
        spans.date_day,
        1000 * thousands.number + thousand.number as number
    from spans
    inner join thousand as thousands on 1000 * thousands.number <= spans.last_number
    inner join thousand
        on 1000 * thousands.number + thousand.number <= spans.last_number
),

calendar_days as (
    select cast({{ dbt.dateadd('day', 'number', 'date_day') }} as date) as date_day
    from numbered
)

select * from calendar_days
