{{ config(indexes=[{'columns': ['rfm_segment', 'region'], 'unique': true}]) }}

with

customers as (
    select * from {{ ref('customers') }}
),

summed as (
    select
        rfm_segment,
        region,
        count(*) as customers,
        sum(net_revenue) as net_revenue
    from customers
    group by rfm_segment, region
),

totalled as (
    select
        *,
        sum(customers) over (partition by rfm_segment) as customers_of_segment,
        sum(customers) over (partition by region) as customers_of_region,
        sum(customers) over () as total_customers,
        sum(net_revenue) over (partition by rfm_segment) as net_revenue_of_segment,
        rank() over (partition by rfm_segment order by customers desc) as customer_rank
    from summed
),

compared as (
    select
        rfm_segment,
        region,
        customers,
        cast({{ safe_divide('customers', 'customers_of_segment') }} as numeric(9, 6))
            as customer_share,
        cast(net_revenue as numeric(18, 2)) as net_revenue,
        cast(
            {{ safe_divide('net_revenue', 'net_revenue_of_segment') }} as numeric(22, 6)
        ) as revenue_share,
        cast(customer_rank as bigint) as customer_rank,
        {{
            affinity_index(
                'customers', 'customers_of_segment', 'customers_of_region',
                'total_customers'
            )
        }} as affinity_index
    from totalled
)

select * from compared
