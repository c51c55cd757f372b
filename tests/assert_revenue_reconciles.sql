-- Nothing is lost between files and marts: each step ends where the next begins.
with

steps as (
    select * from {{ ref('revenue_reconciliation') }}
),

reconciliation_steps as (
    select * from {{ ref('reconciliation_steps') }}
),

followed as (
    select
        *,
        lead(rows_start) over next_step as next_rows_start,
        lead(revenue_start) over next_step as next_revenue_start
    from steps
    window next_step as (partition by table_name order by step_number)
),

-- without its balances the chain would prove nothing
missing as (
    select
        reconciliation_steps.table_name,
        reconciliation_steps.step
    from reconciliation_steps
    left join steps
        on
            reconciliation_steps.table_name = steps.table_name
            and reconciliation_steps.step = steps.step
            and steps.is_balance
    where
        reconciliation_steps.is_balance
        and steps.step_number is null
)

select
    step_number,
    table_name,
    step,
    rows_end,
    next_rows_start,
    revenue_end,
    next_revenue_start
from followed
where
    rows_end <> next_rows_start
    or revenue_end <> next_revenue_start

union all

select
    null as step_number,
    table_name,
    step,
    null as rows_end,
    null as next_rows_start,
    null as revenue_end,
    null as next_revenue_start
from missing
