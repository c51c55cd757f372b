with

load_history as (
    select * from {{ ref('int_load_history') }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

loads as (
    select
        load_id,
        upper(currency) as currency,
        max(case when mode = 'replace' then load_id end) over () as last_replace
    from load_history
    where status = 'loaded'
),

-- a load that adds to what is there need not repeat its currency
current_loads as (
    select
        currency,
        rank() over (order by load_id desc) as namings_since
    from loads
    where
        currency is not null
        and load_id >= coalesce(last_replace, 0)
),

latest_load as (
    select max(currency) as currency
    from current_loads
    where namings_since = 1
),

orders_without_rate as (
    select
        min(upper(currency)) as lowest_currency,
        max(upper(currency)) as highest_currency
    from orders
    where exchange_rate is null
),

-- orders that bring no rate are in the reporting currency; where the loads do not name
-- it, the orders do, as long as they agree
settled as (
    select
        coalesce(
            latest_load.currency,
            case
                when
                    orders_without_rate.lowest_currency
                    = orders_without_rate.highest_currency
                    then orders_without_rate.lowest_currency
            end
        ) as reporting_currency
    from latest_load
    cross join orders_without_rate
)

select * from settled
