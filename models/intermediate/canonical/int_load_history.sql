with

load_history as (
    select * from {{ ref('stg_' ~ var('source') ~ '__load_history') }}
),

canonical as (
    select
        cast('{{ known_source() }}' as {{ dbt.type_string() }}) as source,
        load_id,
        table_name,
        file_name,
        started_at,
        finished_at,
        status,
        mode,
        time_zone,
        currency,
        rows_read,
        rows_rejected,
        rows_duplicate,
        rows_superseded,
        rows_loaded
    from load_history
)

select * from canonical
