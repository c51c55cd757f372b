{{ config(indexes=[{'columns': ['success_rate'], 'unique': true}]) }}

with

customers as (
    select * from {{ ref('customers') }}
),

campaign_assumptions as (
    select * from {{ ref('campaign_assumptions') }}
),

success_rates as (
    select value as success_rate
    from campaign_assumptions
    where campaign = 'win-back' and assumption = 'success_rate'
),

assumed as (
    select
        max(value) filter (where assumption = 'margin') as margin,
        max(value) filter (where assumption = 'contact_cost') as contact_cost
    from campaign_assumptions
    where campaign = 'win-back'
),

targeted as (
    select
        count(*) as targeted_customers,
        {{ safe_divide('sum(gross_revenue)', 'sum(orders)') }} as average_order_value
    from customers
    where rfm_segment in ('At Risk', 'Cannot Lose')
),

campaign as (
    select
        targeted.targeted_customers,
        targeted.average_order_value,
        assumed.contact_cost,
        targeted.average_order_value * assumed.margin as profit_per_reactivation,
        targeted.targeted_customers * assumed.contact_cost as campaign_cost
    from targeted
    cross join assumed
),

-- an empty audience earns nothing: only its average order is unknown
won_back as (
    select
        campaign.*,
        success_rates.success_rate,
        campaign.targeted_customers * success_rates.success_rate as customers_won_back,
        coalesce(
            campaign.targeted_customers
            * success_rates.success_rate
            * campaign.profit_per_reactivation,
            0
        ) as gross_profit
    from success_rates
    cross join campaign
),

scenarios as (
    select
        cast(success_rate as numeric(9, 6)) as success_rate,
        targeted_customers,
        cast(average_order_value as numeric(18, 2)) as average_order_value,
        cast(profit_per_reactivation as numeric(18, 2)) as profit_per_reactivation,
        cast(campaign_cost as numeric(18, 2)) as campaign_cost,
        cast(customers_won_back as numeric(18, 2)) as customers_won_back,
        cast(gross_profit as numeric(18, 2)) as gross_profit,
        cast(gross_profit - campaign_cost as numeric(18, 2)) as net_profit,
        cast(
            {{ safe_divide('gross_profit - campaign_cost', 'campaign_cost') }}
            as numeric(22, 6)
        ) as return_on_investment,
        cast(
            {{ safe_divide('contact_cost', 'profit_per_reactivation') }}
            as numeric(22, 6)
        ) as break_even_success_rate
    from won_back
)

select * from scenarios
