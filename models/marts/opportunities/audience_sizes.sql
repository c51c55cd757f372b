{{ config(indexes=[{'columns': ['audience'], 'unique': true}]) }}

with

audiences as (
    select * from {{ ref('audiences') }}
),

audience_actions as (
    select * from {{ ref('audience_actions') }}
),

summed as (
    select
        audience,
        count(*) as customers,
        count(*) filter (where may_contact = 'yes') as may_be_contacted,
        count(*) filter (where holdout_group) as held_out
    from audiences
    group by audience
),

-- an audience that nobody is in is a row too
sizes as (
    select
        audience_actions.audience,
        audience_actions.recommended_action,
        coalesce(summed.customers, 0) as customers,
        coalesce(summed.may_be_contacted, 0) as may_be_contacted,
        coalesce(summed.held_out, 0) as held_out
    from audience_actions
    left join summed on audience_actions.audience = summed.audience
)

select * from sizes
