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

customer_ids as (
    select * from {{ ref('int_customers_identified') }}
),

orders as (
    select * from {{ ref('int_orders_converted') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

-- an order under way does not count yet, and one called off does not any more
customers_with_orders as (
    select customer_ids.customer_id
    from orders
    inner join customer_ids on orders.shop_customer_id = customer_ids.shop_customer_id
    cross join as_of
    where orders.order_date <= as_of.as_of_date
    group by customer_ids.customer_id
),

approached as (
    select
        permitted.customer_id,
        permitted.shop_customer_id,
        permitted.may_contact,
        buyers.days_observed,
        buyers.days_to_second_order,
        customers_with_orders.customer_id is not null as has_ordered,
        {{ days_between('customers.signup_date', 'as_of.as_of_date') }}
            as days_since_signup
    from permitted
    inner join customers on permitted.customer_id = customers.customer_id
    cross join as_of
    left join buyers on permitted.customer_id = buyers.customer_id
    left join customers_with_orders
        on permitted.customer_id = customers_with_orders.customer_id
    where permitted.may_contact <> 'no'
)

select * from approached
