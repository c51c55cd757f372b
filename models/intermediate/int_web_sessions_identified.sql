{{
    config(
        unique_key='session_id',
        incremental_strategy='affected',
        indexes=[{'columns': ['session_id'], 'unique': true}]
    )
}}

with

web_sessions as (
    select * from {{ ref('int_web_sessions') }}
    {{ of_affected('session_id') }}
),

customer_ids as (
    select * from {{ ref('int_customers_identified') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

-- a visitor who is no known customer is anonymous
identified as (
    select
        web_sessions.session_id,
        customer_ids.customer_id,
        web_sessions.session_date,
        web_sessions.page_views,
        web_sessions.duration_seconds,
        web_sessions.converted,
        coalesce(web_sessions.source, 'unknown') as source
    from web_sessions
    cross join as_of
    left join customer_ids
        on web_sessions.shop_customer_id = customer_ids.shop_customer_id
    where web_sessions.session_date <= as_of.as_of_date
)

select * from identified
