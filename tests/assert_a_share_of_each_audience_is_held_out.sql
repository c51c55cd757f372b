-- Without people who are left alone nobody can tell what a campaign brought. Five
-- standard deviations are more than chance allows.
with

audiences as (
    select
        audience,
        count(*) as customers,
        count(*) filter (where holdout_group) as held_out
    from {{ ref('audiences') }}
    group by audience
),

assumed as (
    select value as holdout_share
    from {{ ref('campaign_assumptions') }}
    where campaign = 'audiences' and assumption = 'holdout_share'
)

select
    audiences.audience,
    audiences.customers,
    audiences.held_out
from audiences
cross join assumed
where
    abs(audiences.held_out - audiences.customers * assumed.holdout_share)
    > 1 + 5 * sqrt(
        audiences.customers * assumed.holdout_share * (1 - assumed.holdout_share)
    )
