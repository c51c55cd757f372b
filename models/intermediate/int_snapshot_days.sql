with

calendar_months as (
    select * from {{ ref('int_calendar_months') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

-- the month under way ends with the as-of date, for now
snapshot_days as (
    select
        calendar_months.calendar_month,
        calendar_months.is_complete,
        least(
            {{ dbt.last_day('calendar_months.calendar_month', 'month') }},
            as_of.as_of_date
        ) as snapshot_date
    from calendar_months
    cross join as_of
    where
        {{ months_between('calendar_months.calendar_month', 'as_of.as_of_date') }}
        <= {{ var('segment_history_months') }}
)

select * from snapshot_days
