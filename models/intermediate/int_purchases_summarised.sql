{{ config(indexes=[{'columns': ['period', 'customer_id'], 'unique': true}]) }}

with

orders as (
    select * from {{ ref('int_orders_known') }}
),

periods as (
    select * from {{ ref('int_forecast_periods') }}
),

days as (
    select
        customer_id,
        order_date as purchase_date,
        spans_ago,
    {% for spans in range(3) %}
        sum(net_revenue_{{ spans }})
            as net_revenue_{{ spans }}{{ ',' if not loop.last }}
    {% endfor %}
    from orders
    group by customer_id, order_date, spans_ago
),

-- the past is known as of the cutoff, what followed as of the end
valued as (
    select
        customer_id,
        purchase_date,
        spans_ago,
    {% for period, start, end in forecast_periods() %}
        coalesce(net_revenue_{{ start }}, net_revenue_{{ end }})
            as {{ period }}_value{{ ',' if not loop.last }}
    {% endfor %}
    from days
),

begun as (
    select
        *,
    {% for period, start, end in forecast_periods() %}
        min(case when {{ period }}_value > 0 then purchase_date end)
            over (partition by customer_id)
            as {{ period }}_first_date{{ ',' if not loop.last }}
    {% endfor %}
    from valued
),

summed as (
    {% for period, start, end in forecast_periods() %}
        {% set is_past = 'spans_ago >= ' ~ start %}
        {% set is_last = 'spans_ago = ' ~ start %}
        {% set value = period ~ '_value' %}
        {% set first_date = period ~ '_first_date' %}
        select
            '{{ period }}' as period,
            customer_id,
            {{ first_date }} as first_purchase_date,
            max(case when {{ is_past }} then purchase_date end) as last_purchase_date,
            count(case when {{ is_past }} then 1 end) as purchases,
            sum(case when {{ is_past }} then {{ value }} end) as total_value,
            sum(case when purchase_date = {{ first_date }} then {{ value }} end)
                as first_purchase_value,
            count(case when {{ is_last }} then 1 end) as purchases_last_period,
            sum(case when {{ is_last }} then {{ value }} end) as value_last_period,
            count(case when spans_ago < {{ start }} then 1 end) as holdout_purchases,
            sum(case when spans_ago < {{ start }} then {{ value }} end)
                as holdout_value
        from begun
        where {{ value }} > 0
        group by customer_id, {{ first_date }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

summarised as (
    select
        summed.period,
        summed.customer_id,
        summed.purchases - 1 as frequency,
        {{ days_between('summed.first_purchase_date', 'summed.last_purchase_date') }}
            as recency_days,
        {{ days_between('summed.first_purchase_date', 'periods.cutoff_date') }}
            as age_days,
        cast(
            {{ safe_divide(
                'summed.total_value - summed.first_purchase_value',
                'summed.purchases - 1'
            ) }} as numeric(18, 2)
        ) as average_purchase_value,
        cast(summed.first_purchase_value as numeric(18, 2)) as first_purchase_value,
        cast(summed.total_value as numeric(18, 2)) as total_value,
        summed.purchases_last_period,
        cast(coalesce(summed.value_last_period, 0) as numeric(18, 2))
            as value_last_period,
        case when summed.period <> 'score' then summed.holdout_purchases end
            as holdout_purchases,
        cast(
            case
                when summed.period <> 'score' then coalesce(summed.holdout_value, 0)
            end as numeric(18, 2)
        ) as holdout_value
    from summed
    inner join periods on summed.period = periods.period
    where summed.purchases > 0
)

select * from summarised
