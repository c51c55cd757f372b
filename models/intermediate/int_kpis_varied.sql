{{ config(indexes=[{'columns': ['kpi', 'variant'], 'unique': true}]) }}

{%- set variants = [
    ('revenue', 'orders of every status', 'every_status.revenue'),
    ('revenue', 'currencies added up unconverted', 'unconverted.revenue'),
    ('orders', 'orders of every status', 'every_status.orders'),
    ('average order value', 'orders of every status', 'every_status.order_value'),
    ('average order value', 'mean of the customers', 'people.mean_order_value'),
    ('order conversion', 'with a signup date', 'people.conversion_of_signups'),
    ('repeat rate, 90 days', 'same day counts', 'returning_buyers.repeat_rate'),
    ('daily revenue, 7 days', 'days with orders', 'last_days.average_revenue'),
] %}

with

orders as {{ not_materialized() }} (
    select * from {{ ref('int_orders_numbered') }}
),

orders_in_files as (
    select * from {{ ref('int_orders') }}
),

converted as (
    select * from {{ ref('int_orders_converted') }}
),

customers as (
    select * from {{ ref('int_customers_merged') }}
),

buyers as (
    select * from {{ ref('int_buyers_summed') }}
),

observed as (
    select * from {{ ref('int_buyers_observed') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

every_status as (
    select
        count(*) as orders,
        coalesce(sum(converted.revenue), 0) as revenue,
        {{ safe_divide('sum(converted.revenue)', 'count(*)') }} as order_value
    from converted
    cross join as_of
    where converted.order_date <= as_of.as_of_date
),

unconverted as (
    select coalesce(sum(orders_in_files.unconverted_revenue), 0) as revenue
    from orders
    inner join orders_in_files on orders.order_id = orders_in_files.order_id
),

people as (
    select
        avg({{ safe_divide('buyers.gross_revenue', 'buyers.orders') }})
            as mean_order_value,
        {{ safe_divide(
            'count(buyers.orders) filter (where customers.signup_date is not null)',
            'count(customers.signup_date)'
        ) }} as conversion_of_signups
    from customers
    left join buyers on customers.customer_id = buyers.customer_id
),

second_orders as (
    select
        customer_id,
        {{ days_between('first_order_date', 'order_date') }} as days_to_second_order
    from orders
    where order_number = 2
),

returning_buyers as (
    select
        {{
            safe_divide(
                'count(*) filter (where second_orders.days_to_second_order <= 90)',
                'count(*)'
            )
        }} as repeat_rate
    from observed
    left join second_orders on observed.customer_id = second_orders.customer_id
    where observed.days_observed >= 90
),

days as (
    select
        order_date,
        sum(revenue) as revenue,
        row_number() over (order by order_date desc) as days_ago
    from orders
    group by order_date
),

last_days as (
    select cast(avg(revenue) as numeric(18, 2)) as average_revenue
    from days
    where days_ago <= 7
),

varied as (
    {% for kpi, variant, value in variants %}
        select
            '{{ kpi }}' as kpi,
            '{{ variant }}' as variant,
            cast({{ value }} as numeric(22, 6)) as value
        from {{ value.split('.')[0] }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from varied
