-- Whoever fulfils the definition is in the audience or declined marketing, and nobody
-- else is in it.
with

customers as (
    select * from {{ ref('customers') }}
),

declined as (
    select customer_id
    from {{ ref('int_customers_permitted') }}
    where may_contact = 'no'
),

assumed as (
    select value as most_days
    from {{ ref('campaign_assumptions') }}
    where campaign = 'no second order yet'
),

buyers as (
    select
        customer_id,
        max(days_since_first_order) as days_from_first_to_last_order
    from {{ ref('orders') }}
    group by customer_id
),

fulfilled as (
    select
        'VIPs' as audience,
        customer_id
    from customers
    where is_vip

    union all

    select
        'high value at risk' as audience,
        customer_id
    from customers
    where value_segment = 'high' and rfm_segment in ('At Risk', 'Cannot Lose')

    union all

    select
        'promotion reusers' as audience,
        customer_id
    from {{ ref('promo_reuse') }}
    group by customer_id

    union all

    select
        'slipping high-value customers' as audience,
        customer_id
    from {{ ref('churn_risk') }}
    where slipping is not null

    union all

    select
        'no second order yet' as audience,
        customers.customer_id
    from customers
    inner join buyers on customers.customer_id = buyers.customer_id
    cross join assumed
    where
        buyers.days_from_first_to_last_order = 0
        and customers.recency_days <= assumed.most_days
),

wanted as (
    select
        fulfilled.audience,
        fulfilled.customer_id
    from fulfilled
    left join declined on fulfilled.customer_id = declined.customer_id
    where declined.customer_id is null
),

found as (
    select
        audience,
        customer_id
    from {{ ref('audiences') }}
    where
        audience in (
            'VIPs',
            'high value at risk',
            'promotion reusers',
            'slipping high-value customers',
            'no second order yet'
        )
)

select
    wanted.audience as wanted_audience,
    wanted.customer_id as wanted_customer_id,
    found.audience,
    found.customer_id
from wanted
full outer join found
    on
        wanted.audience = found.audience
        and wanted.customer_id = found.customer_id
where
    wanted.customer_id is null
    or found.customer_id is null
