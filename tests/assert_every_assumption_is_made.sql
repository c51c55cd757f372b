-- A scenario or an audience without its assumption is empty, and nobody would know why;
-- one with two of them counts twice.
{%- set wanted = [
    ('win-back', 'success_rate', 'fraction', 'many'),
    ('win-back', 'margin', 'fraction', 'one'),
    ('win-back', 'contact_cost', 'money', 'one'),
    ('welcome series', 'relative_improvement', 'fraction', 'many'),
    ('welcome series', 'margin', 'fraction', 'one'),
    ('welcome series', 'incentive_cost', 'money', 'one'),
    ('welcome series', 'repeat_window', 'days', 'one'),
    ('audiences', 'holdout_share', 'fraction', 'one'),
    ('no second order yet', 'most_days', 'days', 'one'),
    ('never ordered', 'least_days', 'days', 'one'),
    ('slow first order', 'least_days', 'days', 'one'),
    ('loyal with small spending', 'most_monetary_score', 'score', 'one'),
    ('unusually frequent', 'least_orders', 'orders', 'one'),
    ('unusually frequent', 'quartile_distances', 'factor', 'one'),
    ('churn risk', 'high_probability', 'fraction', 'one'),
    ('churn risk', 'medium_probability', 'fraction', 'one'),
    ('slipping high-value customers', 'least_sessions', 'sessions', 'one'),
    ('slipping high-value customers', 'most_trend', 'fraction', 'one'),
] %}

with

wanted as (
    {% for campaign, assumption, unit, how_many in wanted %}
        select
            '{{ campaign }}' as campaign,
            '{{ assumption }}' as assumption,
            '{{ unit }}' as unit,
            '{{ how_many }}' as how_many
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

made as (
    select
        campaign,
        assumption,
        unit,
        count(*) as how_many
    from {{ ref('campaign_assumptions') }}
    group by campaign, assumption, unit
)

select
    wanted.campaign as wanted_campaign,
    wanted.assumption as wanted_assumption,
    wanted.unit as wanted_unit,
    made.campaign,
    made.assumption,
    made.unit,
    made.how_many
from wanted
full outer join made
    on
        wanted.campaign = made.campaign
        and wanted.assumption = made.assumption
        and wanted.unit = made.unit
where
    wanted.campaign is null
    or (
        made.how_many = 1
        or (made.how_many > 1 and wanted.how_many = 'many')
    ) is not true
