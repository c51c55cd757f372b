{{ config(indexes=[{'columns': ['audience'], 'unique': true}]) }}

with

audience_actions as (
    select * from {{ ref('audience_actions') }}
),

campaign_assumptions as (
    select * from {{ ref('campaign_assumptions') }}
),

buyers as (
    select * from {{ ref('int_buyers_summed') }}
),

quartiles as (
    select
        {{ percentile('orders', 0.25) }} as first_quartile,
        {{ percentile('orders', 0.75) }} as third_quartile
    from buyers
),

held_out as (
    select max(value) as holdout_share
    from campaign_assumptions
    where campaign = 'audiences' and assumption = 'holdout_share'
),

assumed as (
    select
        campaign as audience,
        max(value) filter (where assumption = 'least_days') as least_days,
        max(value) filter (where assumption = 'most_days') as most_days,
        max(value) filter (where assumption = 'most_monetary_score')
            as most_monetary_score,
        max(value) filter (where assumption = 'least_orders') as least_orders,
        max(value) filter (where assumption = 'quartile_distances')
            as quartile_distances
    from campaign_assumptions
    group by campaign
),

ruled as (
    select
        audience_actions.audience,
        audience_actions.recommended_action,
        cast(held_out.holdout_share as numeric(9, 6)) as holdout_share,
        cast(assumed.least_days as bigint) as least_days,
        cast(assumed.most_days as bigint) as most_days,
        cast(assumed.most_monetary_score as bigint) as most_monetary_score,
        cast(assumed.least_orders as bigint) as least_orders,
        cast(
            quartiles.third_quartile
            + assumed.quartile_distances
            * (quartiles.third_quartile - quartiles.first_quartile)
            as numeric(22, 6)
        ) as usual_orders
    from audience_actions
    cross join held_out
    cross join quartiles
    left join assumed on audience_actions.audience = assumed.audience
)

select * from ruled
