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

ends as (
    select
        end_date,
        holdout_days
    from periods
    where period = 'score'
),

refunded as (
    select
        refunds.order_id,
    {% for spans in range(3) %}
        sum(
            case
                when
                    {{ days_between('refunds.refund_date', 'ends.end_date') }}
                    >= {{ spans }} * ends.holdout_days
                    then refunds.amount
            end
        ) as amount_{{ spans }}{{ ',' if not loop.last }}
    {% endfor %}
    from refunds
    cross join ends
    group by refunds.order_id
),

-- three spans ago or more is the past of all periods; so is everything where nothing is
-- held out, as the least of nothing and 3 is 3
dated as (
    select
        orders.*,
        least(
            floor(
                {{ safe_divide(
                    days_between('orders.order_date', 'ends.end_date'),
                    'ends.holdout_days'
                ) }}
            ),
            3
        ) as spans_ago
    from orders
    cross join ends
),

known as (
    select
        dated.order_id,
        dated.customer_id,
        dated.order_date,
        cast(dated.spans_ago as bigint) as spans_ago,
        dated.promo_code,
        dated.revenue,
    {% for spans in range(3) %}
        cast(
            case
                when dated.spans_ago >= {{ spans }}
                    then
                        dated.revenue
                        - coalesce(
                            cast(
                                refunded.amount_{{ spans }} * dated.rate
                                as numeric(18, 2)
                            ),
                            0
                        )
            end as numeric(18, 2)
        ) as net_revenue_{{ spans }}{{ ',' if not loop.last }}
    {% endfor %}
    from dated
    left join refunded on dated.order_id = refunded.order_id
)

select * from known
