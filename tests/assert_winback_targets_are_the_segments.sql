-- The campaign is for those whom the segments call at risk, each of them once.
with

segments as (
    select sum(customers) as customers
    from {{ ref('rfm_segments') }}
    where rfm_segment in ('At Risk', 'Cannot Lose')
),

scenarios as (
    select
        min(targeted_customers) as least_targeted,
        max(targeted_customers) as most_targeted
    from {{ ref('winback_scenarios') }}
)

select
    segments.customers,
    scenarios.least_targeted,
    scenarios.most_targeted
from segments
cross join scenarios
where
    (
        segments.customers = scenarios.least_targeted
        and segments.customers = scenarios.most_targeted
    ) is not true
