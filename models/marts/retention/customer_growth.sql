{{ config(indexes=[{'columns': ['month'], 'unique': true}]) }}

with

customer_months as (
    select * from {{ ref('int_customers_active') }}
),

calendar_months as (
    select * from {{ ref('int_calendar_months') }}
),

compared as (
    select
        calendar_month,
        cohort_month,
        lag(calendar_month) over (
            partition by customer_id
            order by calendar_month
        ) as previous_month
    from customer_months
),

counted as (
    select
        calendar_month,
        count(*) as active_customers,
        count(*) filter (where calendar_month = cohort_month) as new_customers,
        count(*) filter (
            where {{ months_between('previous_month', 'calendar_month') }} = 1
        ) as retained_customers
    from compared
    group by calendar_month
),

every_month as (
    select
        calendar_months.calendar_month as month,
        calendar_months.is_complete,
        coalesce(counted.active_customers, 0) as active_customers,
        coalesce(counted.new_customers, 0) as new_customers,
        coalesce(counted.retained_customers, 0) as retained_customers
    from calendar_months
    left join counted on calendar_months.calendar_month = counted.calendar_month
),

grown as (
    select
        *,
        active_customers - new_customers - retained_customers as reactivated_customers,
        coalesce(lag(active_customers) over (order by month), 0) - retained_customers
            as lapsed_customers
    from every_month
),

rated as (
    select
        month,
        new_customers,
        retained_customers,
        reactivated_customers,
        lapsed_customers,
        active_customers,
        cast(
            {{
                safe_divide(
                    'new_customers + reactivated_customers',
                    'lapsed_customers'
                )
            }}
            as numeric(18, 6)
        ) as quick_ratio,
        is_complete
    from grown
)

select * from rated
