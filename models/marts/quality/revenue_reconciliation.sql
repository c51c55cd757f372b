{{ config(indexes=[{'columns': ['step_number'], 'unique': true}]) }}

with

reconciliation_steps as (
    select * from {{ ref('reconciliation_steps') }}
),

before_marts as (
    select * from {{ ref('int_revenue_reconciled') }}
),

refunds as (
    select sum(refunds) as refunds
    from {{ ref('int_refunds_converted') }}
),

orders as (
    select
        count(*) as orders,
        {{ sum_of_amounts('revenue') }} as revenue,
        {{ sum_of_amounts('refunded_amount') }} as refunded_amount,
        {{ sum_of_amounts('net_revenue') }} as net_revenue
    from {{ ref('orders') }}
),

-- each balance is counted where it lies: that one leads to the next proves something
amounts as (
    select * from before_marts

    union all

    select
        'orders' as table_name,
        'counted' as step,
        null as reason,
        orders as rows,
        revenue
    from orders

    union all

    select
        'orders' as table_name,
        'net' as step,
        null as reason,
        orders as rows,
        net_revenue as revenue
    from orders

    union all

    select
        'refunds' as table_name,
        'refunded' as step,
        null as reason,
        refunds.refunds as rows,
        orders.refunded_amount as revenue
    from refunds
    cross join orders
),

steps as (
    select
        reconciliation_steps.*,
        amounts.reason,
        coalesce(amounts.rows, 0) as rows,
        coalesce(amounts.revenue, 0) as revenue,
        row_number() over (
            order by
                reconciliation_steps.position,
                {{ bytewise('amounts.reason') }} nulls last
        ) as step_number
    from reconciliation_steps
    left join amounts
        on
            reconciliation_steps.table_name = amounts.table_name
            and reconciliation_steps.step = amounts.step
),

-- a section begins with its balance, and its movements lead to the balance of the next;
-- files may hold fractions of a cent, and what is shown adds up all the same
summed as (
    select
        *,
        cast(sum(rows) over section_so_far as bigint) as rows_end,
        cast(sum(revenue) over section_so_far as numeric(18, 2)) as revenue_end,
        cast((sum(revenue) over section_so_far) - revenue as numeric(18, 2))
            as revenue_before
    from steps
    window section_so_far as (
        partition by section
        order by step_number
        rows between unbounded preceding and current row
    )
),

stepped as (
    select
        cast(step_number as bigint) as step_number,
        table_name,
        step,
        reason,
        is_balance,
        cast(rows as bigint) as rows,
        cast(revenue_end - revenue_before as numeric(18, 2)) as revenue,
        cast(case when is_balance then rows_end else rows_end - rows end as bigint)
            as rows_start,
        cast(
            case when is_balance then revenue_end else revenue_before end
            as numeric(18, 2)
        ) as revenue_start,
        rows_end,
        revenue_end
    from summed
)

select * from stepped
