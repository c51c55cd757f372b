{{
    config(
        unique_key='session_id',
        incremental_strategy='affected',
        indexes=[
            {'columns': ['session_id'], 'unique': true},
            {'columns': ['customer_id']},
            {'columns': ['session_date', 'source']},
        ]
    )
}}

with

web_sessions as (
    select * from {{ ref('int_web_sessions_identified') }}
    {{ of_affected('session_id') }}
),

listed as (
    select
        session_id,
        customer_id,
        session_date,
        source,
        page_views,
        cast(duration_seconds as numeric(18, 2)) as duration_seconds,
        converted
    from web_sessions
)

select * from listed
