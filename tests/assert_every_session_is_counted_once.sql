-- A join by person must neither lose a visit nor show it to two customers.
with

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

web_sessions as (
    select * from {{ ref('int_web_sessions') }}
),

sessions_before as (
    select count(*) as sessions
    from web_sessions
    cross join as_of
    where web_sessions.session_date <= as_of.as_of_date
),

sessions_in_mart as (
    select
        count(*) as sessions,
        count(customer_id) as known_sessions
    from {{ ref('web_sessions') }}
),

sessions_of_sources as (
    select
        coalesce(sum(sessions), 0) as sessions,
        coalesce(sum(known_customer_sessions), 0) as known_sessions
    from {{ ref('session_conversion') }}
),

sessions_of_customers as (
    select coalesce(sum(sessions), 0) as sessions
    from {{ ref('customers') }}
)

select
    sessions_before.sessions as sessions_before,
    sessions_in_mart.sessions as sessions_in_mart,
    sessions_in_mart.known_sessions as known_sessions_in_mart,
    sessions_of_customers.sessions as sessions_of_customers
from sessions_before
cross join sessions_in_mart
cross join sessions_of_customers
cross join sessions_of_sources
where
    sessions_before.sessions <> sessions_in_mart.sessions
    or sessions_in_mart.known_sessions <> sessions_of_customers.sessions
    or sessions_in_mart.sessions <> sessions_of_sources.sessions
    or sessions_in_mart.known_sessions <> sessions_of_sources.known_sessions
