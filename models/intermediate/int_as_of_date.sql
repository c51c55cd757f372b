{% set as_of_date = "'" ~ var('as_of_date') ~ "'" if var('as_of_date') else 'null' %}

with

orders as (
    select * from {{ ref('int_orders_converted') }}
),

chosen as (
    select coalesce(cast({{ as_of_date }} as date), max(order_date)) as as_of_date
    from orders
    where is_counted
),

dated as (
    select
        as_of_date,
        cast(
            {{ dbt.dateadd('month', -1 * var('churn_months'), 'as_of_date') }} as date
        ) as churn_date
    from chosen
)

select * from dated
