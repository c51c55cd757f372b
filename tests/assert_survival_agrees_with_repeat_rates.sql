-- Both count second orders on a later day, so that all of them end in the curve.
with

repeat_purchase_rates as (
    select * from {{ ref('repeat_purchase_rates') }}
),

second_order_survival as (
    select * from {{ ref('second_order_survival') }}
),

curves as (
    select
        repeat_purchase_rates.window_days,
        repeat_purchase_rates.channel,
        repeat_purchase_rates.unadjusted_repeat_buyers,
        coalesce(sum(second_order_survival.second_orders), 0) as second_orders
    from repeat_purchase_rates
    left join second_order_survival
        on
            repeat_purchase_rates.channel = second_order_survival.channel
            and repeat_purchase_rates.window_days
            >= second_order_survival.days_since_first_order
    group by
        repeat_purchase_rates.window_days,
        repeat_purchase_rates.channel,
        repeat_purchase_rates.unadjusted_repeat_buyers
)

select *
from curves
where unadjusted_repeat_buyers <> second_orders
