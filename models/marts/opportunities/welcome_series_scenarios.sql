{{ config(indexes=[{'columns': ['relative_improvement'], 'unique': true}]) }}

with

campaign_assumptions as (
    select * from {{ ref('campaign_assumptions') }}
),

buyers as (
    select * from {{ ref('int_buyers_observed') }}
),

orders as (
    select * from {{ ref('orders') }}
),

months as (
    select * from {{ ref('customer_growth') }}
),

improvements as (
    select value as relative_improvement
    from campaign_assumptions
    where campaign = 'welcome series' and assumption = 'relative_improvement'
),

assumed as (
    select
        max(value) filter (where assumption = 'margin') as margin,
        max(value) filter (where assumption = 'incentive_cost') as incentive_cost,
        max(value) filter (where assumption = 'repeat_window') as repeat_window
    from campaign_assumptions
    where campaign = 'welcome series'
),

-- what comes of these is an estimate: exact products would have too many digits
base as (
    select
        cast(
            {{
                safe_divide(
                    'count(*) filter (where buyers.days_to_second_order'
                    ~ ' <= assumed.repeat_window)',
                    'count(*)'
                )
            }} as {{ type_double() }}
        ) as base_rate
    from buyers
    cross join assumed
    where buyers.days_observed >= assumed.repeat_window
),

growth as (
    select
        cast(
            {{ safe_divide('sum(new_customers)', 'count(*)') }} as {{ type_double() }}
        ) as new_customers
    from months
    where is_complete
),

average_order as (
    select
        cast({{ safe_divide('sum(revenue)', 'count(*)') }} as {{ type_double() }})
            as average_order_value
    from orders
),

wished as (
    select
        improvements.relative_improvement,
        growth.new_customers,
        base.base_rate,
        assumed.incentive_cost,
        average_order.average_order_value * assumed.margin as value_per_customer,
        base.base_rate * (1 + improvements.relative_improvement) as wished_rate
    from improvements
    cross join assumed
    cross join base
    cross join growth
    cross join average_order
),

-- more than all of the new customers cannot return
improved as (
    select
        *,
        case when wished_rate > 1 then 1 else wished_rate end as improved_rate
    from wished
),

-- whoever would have returned anyway takes the incentive too
earned as (
    select
        *,
        new_customers * (improved_rate - base_rate) as added_customers,
        new_customers * improved_rate * incentive_cost as incentives,
        new_customers * (improved_rate - base_rate) * value_per_customer
        - new_customers * improved_rate * incentive_cost as net_value
    from improved
),

scenarios as (
    select
        cast(relative_improvement as numeric(9, 6)) as relative_improvement,
        cast(new_customers as numeric(18, 2)) as new_customers_per_month,
        cast(base_rate as numeric(9, 6)) as base_rate,
        cast(improved_rate as numeric(9, 6)) as improved_rate,
        cast(value_per_customer as numeric(18, 2)) as value_per_added_customer,
        cast(added_customers as numeric(18, 2)) as added_customers_per_month,
        cast(incentives as numeric(18, 2)) as incentive_cost_per_month,
        cast(net_value as numeric(18, 2)) as net_value_per_month,
        cast(12 * net_value as numeric(18, 2)) as net_value_per_year
    from earned
)

select * from scenarios
