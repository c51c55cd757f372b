{{
    config(
        indexes=[
            {'columns': ['customer_id'], 'unique': true},
            {'columns': ['rfm_segment']},
        ]
    )
}}

with

customers as (
    select * from {{ ref('int_customers_merged') }}
),

buyers as (
    select * from {{ ref('int_buyers_scored') }}
),

web_sessions as (
    select * from {{ ref('int_web_sessions_identified') }}
),

sessions_per_customer as (
    select
        customer_id,
        count(*) as sessions,
        max(session_date) as last_session_date
    from web_sessions
    where customer_id is not null
    group by customer_id
),

joined as (
    select
        customers.customer_id,
        customers.signup_date,
        customers.channel,
        customers.region,
        customers.country,
        {{ month_start('buyers.first_order_date') }} as cohort_month,
        buyers.first_order_date,
        buyers.last_order_date,
        {{ days_between('customers.signup_date', 'buyers.first_order_date') }}
            as days_to_first_order,
        coalesce(buyers.orders, 0) as orders,
        coalesce(buyers.net_revenue, 0) as net_revenue,
        coalesce(buyers.gross_revenue, 0) as gross_revenue,
        coalesce(buyers.refunded_amount, 0) as refunded_amount,
        {{ safe_divide('buyers.gross_revenue', 'buyers.orders') }}
            as average_order_value,
        {{
            safe_divide(
                days_between('buyers.first_order_date', 'buyers.last_order_date'),
                'buyers.orders - 1'
            )
        }} as average_days_between_orders,
        buyers.recency_days,
        buyers.value_segment,
        buyers.recency_score,
        buyers.frequency_score,
        buyers.monetary_score,
        coalesce(buyers.rfm_segment, 'Never Ordered') as rfm_segment,
        coalesce(buyers.customer_status, 'never ordered') as customer_status,
        coalesce(buyers.is_vip, false) as is_vip,
        coalesce(sessions_per_customer.sessions, 0) as sessions,
        sessions_per_customer.last_session_date
    from customers
    left join buyers on customers.customer_id = buyers.customer_id
    left join sessions_per_customer
        on customers.customer_id = sessions_per_customer.customer_id
),

typed as (
    select
        customer_id,
        signup_date,
        channel,
        region,
        country,
        cohort_month,
        first_order_date,
        last_order_date,
        days_to_first_order,
        orders,
        cast(net_revenue as numeric(18, 2)) as net_revenue,
        cast(gross_revenue as numeric(18, 2)) as gross_revenue,
        cast(refunded_amount as numeric(18, 2)) as refunded_amount,
        cast(average_order_value as numeric(18, 2)) as average_order_value,
        cast(average_days_between_orders as numeric(18, 2))
            as average_days_between_orders,
        recency_days,
        value_segment,
        recency_score,
        frequency_score,
        monetary_score,
        rfm_segment,
        customer_status,
        is_vip,
        sessions,
        last_session_date
    from joined
)

select * from typed
