{{ config(indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

with

permitted as (
    select * from {{ ref('int_customers_permitted') }}
),

customers as (
    select * from {{ ref('int_customers_merged') }}
),

buyers as (
    select * from {{ ref('int_buyers_observed') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

approached as (
    select
        permitted.customer_id,
        permitted.shop_customer_id,
        permitted.may_contact,
        buyers.days_observed,
        buyers.days_to_second_order,
        {{ days_between('customers.signup_date', 'as_of.as_of_date') }}
            as days_since_signup
    from permitted
    inner join customers on permitted.customer_id = customers.customer_id
    cross join as_of
    left join buyers on permitted.customer_id = buyers.customer_id
    where permitted.may_contact <> 'no'
)

select * from approached
