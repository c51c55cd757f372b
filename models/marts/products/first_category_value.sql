{{ config(indexes=[{'columns': ['category'], 'unique': true}]) }}

with

buyers as (
    select * from {{ ref('int_buyers_observed') }}
),

first_categories as (
    select * from {{ ref('int_first_categories') }}
),

categories as (
    select
        first_categories.first_category as category,
        count(*) as new_customers,
        count(*) filter (where buyers.days_observed >= 90) as mature_customers_90d,
        count(*) filter (
            where buyers.days_observed >= 90 and buyers.days_to_second_order <= 90
        ) as repeat_customers_90d,
        count(buyers.net_revenue_180d) as mature_customers_180d,
        sum(buyers.net_revenue_180d) as net_revenue_180d
    from buyers
    inner join first_categories on buyers.customer_id = first_categories.customer_id
    group by first_categories.first_category
),

rated as (
    select
        category,
        new_customers,
        mature_customers_90d,
        repeat_customers_90d,
        cast(
            {{ safe_divide('repeat_customers_90d', 'mature_customers_90d') }}
            as numeric(9, 6)
        ) as repeat_rate_90d,
        {{ wilson_low('repeat_customers_90d', 'mature_customers_90d') }}
            as repeat_rate_90d_low,
        {{ wilson_high('repeat_customers_90d', 'mature_customers_90d') }}
            as repeat_rate_90d_high,
        mature_customers_180d,
        cast(
            {{ safe_divide('net_revenue_180d', 'mature_customers_180d') }}
            as numeric(18, 2)
        ) as net_revenue_per_customer_180d
    from categories
)

select * from rated
