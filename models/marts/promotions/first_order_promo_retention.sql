{{ config(indexes=[{'columns': ['promo_code'], 'unique': true}]) }}

with

orders as (
    select * from {{ ref('orders') }}
),

buyers as (
    select * from {{ ref('int_buyers_observed') }}
),

codes as (
    select
        coalesce(orders.promo_code, 'none') as promo_code,
        count(*) as buyers,
        count(*) filter (where buyers.second_order_date is null) as one_time_buyers,
        count(*) filter (where buyers.days_observed >= 90) as mature_buyers_90d,
        count(*) filter (
            where buyers.days_observed >= 90 and buyers.days_to_second_order <= 90
        ) as repeat_buyers_90d
    from orders
    inner join buyers on orders.customer_id = buyers.customer_id
    where orders.is_first_order
    group by coalesce(orders.promo_code, 'none')
),

rated as (
    select
        promo_code,
        buyers,
        one_time_buyers,
        cast({{ safe_divide('one_time_buyers', 'buyers') }} as numeric(9, 6))
            as never_returned_rate,
        mature_buyers_90d,
        repeat_buyers_90d,
        cast(
            {{ safe_divide('repeat_buyers_90d', 'mature_buyers_90d') }} as numeric(9, 6)
        )
            as repeat_rate_90d,
        {{ wilson_low('repeat_buyers_90d', 'mature_buyers_90d') }}
            as repeat_rate_90d_low,
        {{ wilson_high('repeat_buyers_90d', 'mature_buyers_90d') }}
            as repeat_rate_90d_high
    from codes
)

select * from rated
