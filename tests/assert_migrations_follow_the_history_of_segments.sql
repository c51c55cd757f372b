-- Whoever is in a segment at a month's end came from somewhere, and goes on from there.
with

segment_history as (
    select * from {{ ref('segment_history') }}
),

segment_migration as (
    select * from {{ ref('segment_migration') }}
),

snapshot_days as (
    select * from {{ ref('int_snapshot_days') }}
),

followed as (
    select
        *,
        lag(snapshot_date) over (order by calendar_month) as previous_date
    from snapshot_days
),

dates as (
    select
        calendar_month,
        snapshot_date,
        'to' as side
    from followed
    where previous_date is not null

    union all

    select
        calendar_month,
        previous_date as snapshot_date,
        'from' as side
    from followed
    where previous_date is not null
),

counted as (
    select
        dates.calendar_month,
        dates.side,
        segment_history.rfm_segment,
        count(*) as customers
    from dates
    inner join segment_history
        on
            dates.snapshot_date >= segment_history.valid_from
            and coalesce(dates.snapshot_date < segment_history.valid_to, true)
    group by dates.calendar_month, dates.side, segment_history.rfm_segment
),

migrated as (
    select
        month,
        'to' as side,
        to_segment as rfm_segment,
        sum(customers) as customers
    from segment_migration
    group by month, to_segment

    union all

    select
        month,
        'from' as side,
        from_segment as rfm_segment,
        sum(customers) as customers
    from segment_migration
    where from_segment <> 'Never Ordered'
    group by month, from_segment
),

-- where the history begins, there was no month before
migrated_later as (
    select migrated.*
    from migrated
    inner join followed on migrated.month = followed.calendar_month
    where followed.previous_date is not null
)

select
    counted.*,
    migrated_later.month,
    migrated_later.customers as customers_migrated
from counted
full outer join migrated_later
    on
        counted.calendar_month = migrated_later.month
        and counted.side = migrated_later.side
        and counted.rfm_segment = migrated_later.rfm_segment
where (counted.customers = migrated_later.customers) is not true
