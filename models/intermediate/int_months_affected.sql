{%- set months_back = -1 * var('segment_history_months') -%}

with

builds as (
    select * from {{ ref('int_builds_continued') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

customers as (
    select * from {{ ref('int_customers_affected') }}
),

touched as (
    select min(first_touched_date) as first_touched_date
    from customers
),

-- in a new month the history begins a month later, and another beginning is all new;
-- otherwise the month that was under way is the least
begun as (
    select
        touched.first_touched_date,
        case
            when
                {{ month_start('builds.as_of_date') }}
                = {{ month_start('as_of.as_of_date') }}
                then builds.as_of_date
            else
                {{ dbt.dateadd('month', months_back, 'builds.as_of_date') }}
        end as first_date
    from builds
    cross join as_of
    cross join touched
),

affected as (
    select
        {{ month_start('least(first_date, coalesce(first_touched_date, first_date))') }}
            as first_month
    from begun
)

select * from affected
