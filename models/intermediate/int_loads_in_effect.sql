with

load_history as (
    select * from {{ ref('int_load_history') }}
),

loads as (
    select
        load_id,
        mode,
        finished_at,
        upper(max(currency)) as currency
    from load_history
    where status = 'loaded'
    group by load_id, mode, finished_at
),

-- a replacing load makes what was loaded before it history
followed as (
    select
        *,
        max(case when mode = 'replace' then load_id end) over () as last_replace
    from loads
),

in_effect as (
    select
        load_id,
        finished_at,
        currency,
        load_id = last_replace as is_replace
    from followed
    where load_id >= coalesce(last_replace, 0)
)

select * from in_effect
