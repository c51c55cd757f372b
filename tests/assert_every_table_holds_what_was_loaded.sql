-- A record lost behind the loader is missing from every number that it belongs to.
with

steps as (
    select
        table_name,
        sum(rows) as rows_left
    from {{ ref('int_records_reconciled') }}
    group by table_name
),

source_profile as (
    select * from {{ ref('source_profile') }}
)

select
    source_profile.table_name,
    steps.table_name as table_name_of_loader,
    source_profile.rows_loaded,
    steps.rows_left
from source_profile
full outer join steps on source_profile.table_name = steps.table_name
where (source_profile.rows_loaded = coalesce(steps.rows_left, 0)) is not true
