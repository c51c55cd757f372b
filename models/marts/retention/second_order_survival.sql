{{
    config(
        indexes=[{'columns': ['channel', 'days_since_first_order'], 'unique': true}]
    )
}}

with

buyers as (
    select * from {{ ref('int_buyers_observed') }}
),

-- until the second order, or until nobody can know more
channels as (
    select
        channel,
        coalesce(days_to_second_order, days_observed) as days_since_first_order,
        count(*) as leaving,
        count(days_to_second_order) as second_orders
    from buyers
    group by channel, coalesce(days_to_second_order, days_observed)
),

channels_and_everyone as (
    select * from channels

    union all

    select
        'all' as channel,
        days_since_first_order,
        sum(leaving) as leaving,
        sum(second_orders) as second_orders
    from channels
    group by days_since_first_order
),

risked as (
    select
        *,
        sum(leaving) over (
            partition by channel
            order by days_since_first_order
            rows between current row and unbounded following
        ) as at_risk
    from channels_and_everyone
),

stepped as (
    select
        *,
        cast(1 - {{ safe_divide('second_orders', 'at_risk') }} as {{ type_double() }})
            as staying
    from risked
),

-- a product of the steps; only the last one can be 0
survived as (
    select
        channel,
        days_since_first_order,
        at_risk,
        second_orders,
        case
            when staying = 0 then 0
            else
                exp(
                    sum(ln(nullif(staying, 0))) over (
                        partition by channel
                        order by days_since_first_order
                        rows between unbounded preceding and current row
                    )
                )
        end as survival
    from stepped
),

typed as (
    select
        channel,
        days_since_first_order,
        cast(at_risk as bigint) as at_risk,
        cast(second_orders as bigint) as second_orders,
        cast(survival as numeric(9, 6)) as survival,
        cast(1 - survival as numeric(9, 6)) as repeat_probability
    from survived
)

select * from typed
