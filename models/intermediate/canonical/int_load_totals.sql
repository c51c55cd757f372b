with

load_totals as (
    select * from {{ ref('stg_' ~ var('source') ~ '__load_totals') }}
),

canonical as (
    select
        load_id,
        table_name,
        step,
        reason,
        rows,
        amount
    from load_totals
)

select * from canonical
