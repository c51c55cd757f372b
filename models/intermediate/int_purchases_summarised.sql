{{ config(indexes=[{'columns': ['period', 'customer_id'], 'unique': true}]) }}

with

orders as (
    select * from {{ ref('int_orders_known') }}
),

purchases as (
    select
        period,
        customer_id,
        order_date as purchase_date,
        cutoff_date,
        is_past,
        {{ days_between('order_date', 'cutoff_date') }} < holdout_days
            as is_last_period,
        sum(net_revenue) as net_revenue
    from orders
    group by period, customer_id, order_date, cutoff_date, holdout_days, is_past
    having sum(net_revenue) > 0
),

ranked as (
    select
        *,
        min(purchase_date) over (partition by period, customer_id)
            as first_purchase_date
    from purchases
),

summed as (
    select
        period,
        customer_id,
        cutoff_date,
        first_purchase_date,
        max(purchase_date) filter (where is_past) as last_purchase_date,
        count(*) filter (where is_past) as purchases,
        sum(net_revenue) filter (where is_past) as total_value,
        sum(net_revenue) filter (where purchase_date = first_purchase_date)
            as first_purchase_value,
        count(*) filter (where is_past and is_last_period) as purchases_last_period,
        sum(net_revenue) filter (where is_past and is_last_period)
            as value_last_period,
        count(*) filter (where not is_past) as holdout_purchases,
        sum(net_revenue) filter (where not is_past) as holdout_value
    from ranked
    where first_purchase_date <= cutoff_date
    group by period, customer_id, cutoff_date, first_purchase_date
),

summarised as (
    select
        period,
        customer_id,
        purchases - 1 as frequency,
        {{ days_between('first_purchase_date', 'last_purchase_date') }}
            as recency_days,
        {{ days_between('first_purchase_date', 'cutoff_date') }} as age_days,
        cast(
            {{ safe_divide('total_value - first_purchase_value', 'purchases - 1') }}
            as numeric(18, 2)
        ) as average_purchase_value,
        cast(first_purchase_value as numeric(18, 2)) as first_purchase_value,
        cast(total_value as numeric(18, 2)) as total_value,
        purchases_last_period,
        cast(coalesce(value_last_period, 0) as numeric(18, 2)) as value_last_period,
        case when period <> 'score' then holdout_purchases end as holdout_purchases,
        cast(
            case when period <> 'score' then coalesce(holdout_value, 0) end
            as numeric(18, 2)
        ) as holdout_value
    from summed
)

select * from summarised
