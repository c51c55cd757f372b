with

orders as (
    select * from {{ ref('int_orders') }}
),

orders_converted as (
    select * from {{ ref('int_orders_converted') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

traced as (
    select
        orders.revenue as revenue_in_file,
        orders_converted.revenue,
        orders_converted.status,
        orders_converted.is_counted,
        orders_converted.order_date > as_of.as_of_date as is_later
    from orders
    left join orders_converted on orders.order_id = orders_converted.order_id
    cross join as_of
),

summed as (
    select
        status,
        is_counted,
        is_later,
        count(*) as orders,
        {{ sum_of_amounts('revenue_in_file') }} as revenue_in_file,
        {{ sum_of_amounts('revenue') }} as revenue
    from traced
    group by status, is_counted, is_later
),

reconciled as (
    select
        'loaded' as step,
        null as reason,
        coalesce(sum(orders), 0) as rows,
        {{ sum_of_amounts('revenue_in_file') }} as revenue
    from summed

    union all

    select
        'converted' as step,
        null as reason,
        0 as rows,
        {{ sum_of_amounts('revenue - revenue_in_file') }} as revenue
    from summed

    union all

    select
        'not counted' as step,
        status as reason,
        -1 * sum(orders) as rows,
        -1 * {{ sum_of_amounts('revenue') }} as revenue
    from summed
    where not is_counted
    group by status

    union all

    select
        'after the as-of date' as step,
        null as reason,
        -1 * coalesce(sum(orders), 0) as rows,
        -1 * {{ sum_of_amounts('revenue') }} as revenue
    from summed
    where is_counted and is_later
)

select
    step,
    reason,
    cast(rows as bigint) as rows,
    revenue
from reconciled
