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

-- thousands, and what is left of them: a million days are more than any calendar has
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
        {{ days_between('first_day.date_day', 'as_of.as_of_date') }} as history_days
    from first_day
    cross join as_of
),

numbered as (
    select
        spans.date_day,
        1000 * thousands.number + thousand.number as number
    from spans
    inner join thousand as thousands on 1000 * thousands.number <= spans.history_days
    inner join thousand
        on 1000 * thousands.number + thousand.number <= spans.history_days
),

calendar_days as (
    select cast({{ dbt.dateadd('day', 'number', 'date_day') }} as date) as date_day
    from numbered
)

select * from calendar_days
