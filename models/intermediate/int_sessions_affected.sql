with

builds as (
    select * from {{ ref('int_builds_continued') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

web_sessions as (
    select * from {{ ref('int_web_sessions') }}
),

accounts_reidentified as (
    select * from {{ ref('int_accounts_reidentified') }}
),

affected as (
    select web_sessions.session_id
    from web_sessions
    cross join builds
    cross join as_of
    left join accounts_reidentified
        on web_sessions.shop_customer_id = accounts_reidentified.shop_customer_id
    where
        web_sessions.load_id > builds.load_id
        or (
            web_sessions.session_date > builds.as_of_date
            and web_sessions.session_date <= as_of.as_of_date
        )
        or accounts_reidentified.shop_customer_id is not null
)

select * from affected
