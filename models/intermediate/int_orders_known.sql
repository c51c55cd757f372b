with

orders as (
    select * from {{ ref('int_orders_numbered') }}
),

refunds as (
    select * from {{ ref('int_refunds') }}
),

periods as (
    select * from {{ ref('int_forecast_periods') }}
),

-- the past is known as of the cutoff, what followed as of the end
dated as (
    select
        periods.period,
        periods.cutoff_date,
        periods.end_date,
        periods.holdout_days,
        orders.order_id,
        orders.customer_id,
        orders.order_date,
        orders.promo_code,
        orders.rate,
        orders.revenue,
        orders.order_date <= periods.cutoff_date as is_past,
        case
            when orders.order_date <= periods.cutoff_date then periods.cutoff_date
            else periods.end_date
        end as known_date
    from orders
    cross join periods
    where orders.order_date <= periods.end_date
),

refunded as (
    select
        dated.period,
        dated.order_id,
        sum(refunds.amount) as amount
    from dated
    inner join refunds on dated.order_id = refunds.order_id
    where refunds.refund_date <= dated.known_date
    group by dated.period, dated.order_id
),

known as (
    select
        dated.period,
        dated.order_id,
        dated.customer_id,
        dated.order_date,
        dated.cutoff_date,
        dated.holdout_days,
        dated.is_past,
        dated.promo_code,
        dated.revenue,
        cast(
            dated.revenue
            - coalesce(cast(refunded.amount * dated.rate as numeric(18, 2)), 0)
            as numeric(18, 2)
        ) as net_revenue
    from dated
    left join refunded
        on
            dated.period = refunded.period
            and dated.order_id = refunded.order_id
)

select * from known
