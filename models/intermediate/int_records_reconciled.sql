with

load_totals as (
    select * from {{ ref('int_load_totals') }}
),

loads as (
    select * from {{ ref('int_loads_in_effect') }}
),

reconciled as (
    select
        load_totals.table_name,
        load_totals.reason,
        case
            when load_totals.step = 'read' then 'in the files'
            else load_totals.step
        end as step,
        sum(case when load_totals.step = 'read' then 1 else -1 end * load_totals.rows)
            as rows,
        {{ sum_of_amounts(
            "case when load_totals.step = 'read' then 1 else -1 end * load_totals.amount"
        ) }} as revenue
    from load_totals
    inner join loads on load_totals.load_id = loads.load_id
    -- what was loaded is counted in the tables themselves
    where load_totals.step <> 'loaded'
    group by load_totals.table_name, load_totals.step, load_totals.reason
)

select * from reconciled
