with

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

months as (
    select {{ month_start('date_day') }} as calendar_month
    from calendar_days
    group by {{ month_start('date_day') }}
),

completed as (
    select
        months.calendar_month,
        {{ dbt.last_day('months.calendar_month', 'month') }}
        <= as_of.as_of_date as is_complete
    from months
    cross join as_of
)

select * from completed
