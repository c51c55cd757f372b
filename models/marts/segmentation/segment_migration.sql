{{
    config(
        indexes=[{'columns': ['month', 'from_segment', 'to_segment'], 'unique': true}]
    )
}}

with

changes as (
    select * from {{ ref('int_segments_changed') }}
),

segments as (
    select * from {{ ref('segment_actions') }}
),

snapshot_days as (
    select * from {{ ref('int_snapshot_days') }}
),

moves as (
    select
        calendar_month,
        previous_segment,
        rfm_segment,
        count(*) as customers,
        max(count(*) filter (where previous_segment is null)) over (
            partition by calendar_month
        ) as customers_from_nowhere
    from changes
    group by calendar_month, previous_segment, rfm_segment
),

entries_and_exits as (
    select
        calendar_month,
        rfm_segment,
        customers as balance,
        0 as leavers
    from moves

    union all

    select
        calendar_month,
        previous_segment as rfm_segment,
        -1 * customers as balance,
        customers as leavers
    from moves
    where previous_segment <> 'Never Ordered'
),

every_month as (
    select
        snapshot_days.calendar_month,
        segments.rfm_segment,
        coalesce(sum(entries_and_exits.balance), 0) as balance,
        coalesce(sum(entries_and_exits.leavers), 0) as leavers
    from segments
    cross join snapshot_days
    left join entries_and_exits
        on
            segments.rfm_segment = entries_and_exits.rfm_segment
            and snapshot_days.calendar_month = entries_and_exits.calendar_month
    group by snapshot_days.calendar_month, segments.rfm_segment
),

sized as (
    select
        *,
        sum(balance) over (
            partition by rfm_segment
            order by calendar_month
            rows between unbounded preceding and current row
        ) - balance as customers_before
    from every_month
),

migrations as (
    select
        calendar_month,
        previous_segment as from_segment,
        rfm_segment as to_segment,
        customers
    from moves
    where customers_from_nowhere = 0

    union all

    select
        calendar_month,
        rfm_segment as from_segment,
        rfm_segment as to_segment,
        customers_before - leavers as customers
    from sized
    where customers_before > leavers
),

rated as (
    select
        migrations.calendar_month as month,
        migrations.from_segment,
        migrations.to_segment,
        cast(migrations.customers as bigint) as customers,
        cast(nullif(sized.customers_before, 0) as bigint) as customers_before,
        cast(
            {{ safe_divide('migrations.customers', 'sized.customers_before') }}
            as numeric(9, 6)
        ) as share_of_from,
        snapshot_days.is_complete
    from migrations
    inner join snapshot_days
        on migrations.calendar_month = snapshot_days.calendar_month
    left join sized
        on
            migrations.calendar_month = sized.calendar_month
            and migrations.from_segment = sized.rfm_segment
)

select * from rated
