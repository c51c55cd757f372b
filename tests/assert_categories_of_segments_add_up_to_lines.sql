-- Whatever was bought, somebody of some segment bought it.
with

lines as (
    select
        category,
        sum(line_revenue) as revenue
    from {{ ref('order_items') }}
    group by category
),

affinities as (
    select
        category,
        sum(revenue) as revenue
    from {{ ref('segment_product_affinity') }}
    group by category
)

select
    lines.category,
    lines.revenue,
    affinities.category as category_in_mart,
    affinities.revenue as revenue_in_mart
from lines
full outer join affinities on lines.category = affinities.category
where (lines.revenue = affinities.revenue) is not true
