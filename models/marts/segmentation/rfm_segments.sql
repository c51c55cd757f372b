{{ config(indexes=[{'columns': ['rfm_segment'], 'unique': true}]) }}

with

customers as (
    select * from {{ ref('customers') }}
),

segment_actions as (
    select * from {{ ref('segment_actions') }}
),

summed as (
    select
        rfm_segment,
        count(*) as customers,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue,
        sum(recency_days) as recency_days
    from customers
    group by rfm_segment
),

-- a segment that nobody is in is a row too
segments as (
    select
        segment_actions.rfm_segment,
        segment_actions.recommended_action,
        summed.recency_days,
        coalesce(summed.customers, 0) as customers,
        coalesce(summed.orders, 0) as orders,
        coalesce(summed.net_revenue, 0) as net_revenue
    from segment_actions
    left join summed on segment_actions.rfm_segment = summed.rfm_segment
),

compared as (
    select
        rfm_segment,
        customers,
        cast({{ safe_divide('customers', 'sum(customers) over ()') }} as numeric(9, 6))
            as customer_share,
        cast(net_revenue as numeric(18, 2)) as net_revenue,
        cast(
            {{ safe_divide('net_revenue', 'sum(net_revenue) over ()') }}
            as numeric(22, 6)
        ) as revenue_share,
        cast({{ safe_divide('net_revenue', 'customers') }} as numeric(18, 2))
            as average_value,
        cast({{ safe_divide('recency_days', 'customers') }} as numeric(18, 2))
            as average_recency_days,
        cast({{ safe_divide('orders', 'customers') }} as numeric(18, 2))
            as average_orders,
        recommended_action
    from segments
)

select * from compared
