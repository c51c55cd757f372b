with

loads as (
    select * from {{ ref('int_loads_in_effect') }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

-- a load that adds to what is there need not repeat its currency
namings as (
    select
        currency,
        row_number() over (order by load_id desc) as naming_number
    from loads
    where currency is not null
),

latest_load as (
    select max(currency) as currency
    from namings
    where naming_number = 1
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
