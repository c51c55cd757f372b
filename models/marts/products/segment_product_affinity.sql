{{ config(indexes=[{'columns': ['rfm_segment', 'category'], 'unique': true}]) }}

with

order_items as (
    select * from {{ ref('order_items') }}
),

orders as (
    select * from {{ ref('orders') }}
),

customers as (
    select * from {{ ref('customers') }}
),

categories_per_order as (
    select
        order_id,
        category,
        sum(line_revenue) as revenue
    from order_items
    group by order_id, category
),

summed as (
    select
        customers.rfm_segment,
        categories_per_order.category,
        count(*) as orders,
        sum(categories_per_order.revenue) as revenue
    from categories_per_order
    inner join orders on categories_per_order.order_id = orders.order_id
    inner join customers on orders.customer_id = customers.customer_id
    group by customers.rfm_segment, categories_per_order.category
),

totalled as (
    select
        *,
        sum(revenue) over (partition by rfm_segment) as revenue_of_segment,
        sum(revenue) over (partition by category) as revenue_of_category,
        sum(revenue) over () as total_revenue,
        rank() over (partition by rfm_segment order by revenue desc) as revenue_rank
    from summed
),

compared as (
    select
        rfm_segment,
        category,
        orders,
        cast(revenue as numeric(18, 2)) as revenue,
        cast({{ safe_divide('revenue', 'revenue_of_segment') }} as numeric(9, 6))
            as revenue_share,
        cast(revenue_rank as bigint) as revenue_rank,
        {{
            affinity_index(
                'revenue', 'revenue_of_segment', 'revenue_of_category', 'total_revenue'
            )
        }} as affinity_index
    from totalled
)

select * from compared
