-- Nothing is lost between files and marts: each step ends where the next begins.
with

steps as (
    select * from {{ ref('revenue_reconciliation') }}
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
balances as (
    select
        table_name,
        count(*) as balances
    from steps
    where is_balance
    group by table_name
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
    'balances' as step,
    balances as rows_end,
    null as next_rows_start,
    null as revenue_end,
    null as next_revenue_start
from balances
where balances <> case when table_name = 'orders' then 4 else 3 end
