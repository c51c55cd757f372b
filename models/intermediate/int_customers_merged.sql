{{ config(indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

with

customers as (
    select * from {{ ref('int_customers') }}
),

customer_ids as (
    select * from {{ ref('int_customers_identified') }}
),

accounts as (
    select
        customer_ids.customer_id,
        customers.signup_date,
        customers.channel,
        customers.region,
        customers.country,
        row_number() over (
            partition by customer_ids.customer_id
            order by
                customers.signed_up_at asc nulls last,
                {{ bytewise('customer_ids.shop_customer_id') }}
        ) as account_number
    from customer_ids
    left join customers
        on customer_ids.shop_customer_id = customers.shop_customer_id
),

merged as (
    select
        customer_id,
        signup_date,
        country,
        coalesce(channel, 'unknown') as channel,
        coalesce(region, 'unknown') as region
    from accounts
    where account_number = 1
)

select * from merged
