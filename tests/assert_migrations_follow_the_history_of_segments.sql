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

-- on one day somebody enters a segment or leaves it
moved as (
    select
        rfm_segment,
        valid_from as moved_on,
        count(*) as customers
    from segment_history
    group by rfm_segment, valid_from

    union all

    select
        rfm_segment,
        valid_to as moved_on,
        -1 * count(*) as customers
    from segment_history
    where valid_to is not null
    group by rfm_segment, valid_to
),

counted as (
    select
        dates.calendar_month,
        dates.side,
        moved.rfm_segment,
        sum(moved.customers) as customers
    from dates
    inner join moved on dates.snapshot_date >= moved.moved_on
    group by dates.calendar_month, dates.side, moved.rfm_segment
    having sum(moved.customers) <> 0
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
