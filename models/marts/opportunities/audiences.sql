{{ config(indexes=[
    {'columns': ['audience', 'customer_id'], 'unique': true},
    {'columns': ['audience', 'priority_value desc', 'customer_id']},
]) }}

with

customers as (
    select * from {{ ref('customers') }}
),

churn_risk as (
    select * from {{ ref('churn_risk') }}
),

approached as (
    select * from {{ ref('int_customers_approached') }}
),

rules as (
    select * from {{ ref('int_audiences_ruled') }}
),

reused as (
    select
        customer_id,
        cast(sum(uses) as bigint) as promo_uses
    from {{ ref('promo_reuse') }}
    group by customer_id
),

candidates as (
    select
        customers.*,
        approached.shop_customer_id,
        approached.may_contact,
        approached.days_observed,
        approached.days_to_second_order,
        approached.days_since_signup,
        approached.has_ordered,
        reused.promo_uses,
        churn_risk.slipping,
        rules.*,
        {{ dbt.hash("rules.audience || ': ' || customers.customer_id") }} as lot,
        {{ counted('customers.orders', 'order') }} || ' worth '
        || customers.net_revenue || ', the last '
        || {{ counted('customers.recency_days', 'day') }} || ' ago' as history
    from customers
    inner join approached on customers.customer_id = approached.customer_id
    left join reused on customers.customer_id = reused.customer_id
    left join churn_risk on customers.customer_id = churn_risk.customer_id
    cross join rules
),

-- whoever has a reason to be in an audience is in it
reasoned as (
    select
        *,
        case
            when
                audience = 'high value at risk'
                and rfm_segment in ('At Risk', 'Cannot Lose')
                and value_segment = 'high'
                then rfm_segment || ': ' || history
            when audience = 'slipping high-value customers'
                then slipping
            when audience = 'VIPs' and is_vip
                then history
            when audience = 'promotion reusers' and promo_uses > 0
                then
                    promo_uses || ' of ' || {{ counted('orders', 'order') }}
                    || ' with a promotion used more than once'
            when
                audience = 'no second order yet'
                and days_to_second_order is null
                and days_observed <= most_days
                then
                    'First order ' || {{ counted('days_observed', 'day') }}
                    || ' ago, none on a later day'
            when
                audience = 'never ordered'
                and not has_ordered
                and coalesce(days_since_signup, least_days) >= least_days
                then
                    'Never ordered, signed up '
                    || coalesce({{ counted('days_since_signup', 'day') }}, 'some time')
                    || ' ago'
            when audience = 'slow first order' and days_to_first_order >= least_days
                then
                    'First order ' || {{ counted('days_to_first_order', 'day') }}
                    || ' after signup'
            when
                audience = 'loyal with small spending'
                and rfm_segment in ('Champions', 'Loyal Customers')
                and monetary_score <= most_monetary_score
                then rfm_segment || ': ' || history
            when
                audience = 'unusually frequent'
                and orders >= least_orders
                and orders > usual_orders
                then
                    {{ counted('orders', 'order') }} || ', where up to '
                    || floor(usual_orders) || ' are usual'
        end as reason
    from candidates
),

-- the hash begins with four hexadecimal digits: a lot between 0 and 65535
members as (
    select
        audience,
        customer_id,
        shop_customer_id,
        reason,
        net_revenue as priority_value,
        recommended_action,
        may_contact,
        {% for worth in (4096, 256, 16, 1) -%}
            {{ '+ ' if not loop.first }}{{ worth }}
            * position(substring(lot, {{ loop.index }}, 1) in '123456789abcdef')
        {% endfor -%}
        < 65536 * holdout_share as holdout_group
    from reasoned
    where reason is not null
)

-- who is written to together lies together
select * from members
order by audience asc, priority_value desc, customer_id asc
