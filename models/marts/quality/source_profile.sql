{{ config(indexes=[{'columns': ['table_name'], 'unique': true}]) }}

{%- set tables = [
    'customers', 'orders', 'order_items', 'products', 'refunds', 'web_sessions',
    'marketing_spend'
] %}

with

records as (
    select * from {{ ref('int_records_judged') }}
),

loader_steps as (
    select * from {{ ref('int_records_reconciled') }}
),

load_totals as (
    select * from {{ ref('int_load_totals') }}
),

loads as (
    select * from {{ ref('int_loads_in_effect') }}
),

load_history as (
    select * from {{ ref('int_load_history') }}
),

currencies as (
    select * from {{ ref('int_reporting_currency') }}
),

sources as (
    select max(source) as source
    from load_history
),

tables as (
    {% for table in tables %}
        select '{{ table }}' as table_name
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

records_per_table as (
    select
        table_name,
        count(*) as rows_loaded,
        min(record_date) as first_date,
        max(record_date) as last_date,
        count(*) filter (where is_orphan) as orphans,
        count(*) filter (where is_too_early) as timeline_faults
    from records
    group by table_name
),

rejected_per_table as (
    select
        table_name,
        -1 * sum(rows) as rows_rejected
    from loader_steps
    where step = 'rejected'
    group by table_name
),

-- a replacing load writes every table, also those that it leaves empty
loaded_per_table as (
    select
        tables.table_name,
        max(loads.finished_at) as loaded_at
    from tables
    cross join loads
    left join load_totals
        on
            loads.load_id = load_totals.load_id
            and tables.table_name = load_totals.table_name
    where loads.is_replace or load_totals.load_id is not null
    group by tables.table_name
),

profiled as (
    select
        sources.source,
        currencies.reporting_currency,
        tables.table_name,
        cast(coalesce(rejected_per_table.rows_rejected, 0) as bigint) as rows_rejected,
        records_per_table.first_date,
        records_per_table.last_date,
        loaded_per_table.loaded_at,
        coalesce(records_per_table.rows_loaded, 0) as rows_loaded,
        coalesce(records_per_table.orphans, 0) as orphans,
        coalesce(records_per_table.timeline_faults, 0) as timeline_faults
    from tables
    cross join sources
    cross join currencies
    left join records_per_table
        on tables.table_name = records_per_table.table_name
    left join rejected_per_table
        on tables.table_name = rejected_per_table.table_name
    left join loaded_per_table
        on tables.table_name = loaded_per_table.table_name
)

select * from profiled
