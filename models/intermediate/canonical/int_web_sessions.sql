with

web_sessions as (
    select * from {{ ref('stg_' ~ var('source') ~ '__web_sessions') }}
),

canonical as (
    select
        session_id,
        shop_customer_id,
        started_at,
        session_date,
        source,
        converted,
        page_views,
        duration_seconds,
        load_id
    from web_sessions
)

select * from canonical
