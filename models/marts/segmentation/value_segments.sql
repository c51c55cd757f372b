{{ config(indexes=[{'columns': ['value_segment'], 'unique': true}]) }}

with

customers as (
    select * from {{ ref('customers') }}
),

bounds as (
    select * from {{ ref('int_value_bounds') }}
),

bounded as (
    select
        'low' as value_segment,
        null as lower_bound,
        lower_bound as upper_bound
    from bounds
    union all
    select
        'mid' as value_segment,
        lower_bound,
        upper_bound
    from bounds
    union all
    select
        'high' as value_segment,
        upper_bound as lower_bound,
        null as upper_bound
    from bounds
),

summed as (
    select
        value_segment,
        count(*) as customers,
        sum(net_revenue) as net_revenue
    from customers
    where value_segment is not null
    group by value_segment
),

-- a segment that nobody is in is a row too
segments as (
    select
        bounded.value_segment,
        bounded.lower_bound,
        bounded.upper_bound,
        coalesce(summed.customers, 0) as customers,
        coalesce(summed.net_revenue, 0) as net_revenue
    from bounded
    left join summed on bounded.value_segment = summed.value_segment
),

compared as (
    select
        value_segment,
        cast(lower_bound as numeric(22, 6)) as lower_bound,
        cast(upper_bound as numeric(22, 6)) as upper_bound,
        customers,
        cast(net_revenue as numeric(18, 2)) as net_revenue,
        cast(
            {{ safe_divide('net_revenue', 'sum(net_revenue) over ()') }}
            as numeric(22, 6)
        ) as revenue_share,
        cast({{ safe_divide('net_revenue', 'customers') }} as numeric(18, 2))
            as average_value
    from segments
)

select * from compared
