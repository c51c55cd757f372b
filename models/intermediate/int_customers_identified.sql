{{ config(indexes=[{'columns': ['shop_customer_id'], 'unique': true}]) }}

with

customers as (
    select * from {{ ref('int_customers') }}
),

orders as (
    select * from {{ ref('int_orders_converted') }}
),

orders_counted as (
    select * from {{ ref('int_orders_counted') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

-- whatever became of it, an order shows that the account was there
first_orders as (
    select
        shop_customer_id,
        min(order_date) as first_order_date
    from orders
    group by shop_customer_id
),

buyers as (
    select shop_customer_id
    from orders_counted
    group by shop_customer_id
),

-- who signed up later and has not ordered does not exist yet on the as-of date
known as (
    select
        customers.shop_customer_id,
        customers.person_id
    from customers
    cross join as_of
    left join first_orders
        on customers.shop_customer_id = first_orders.shop_customer_id
    left join buyers on customers.shop_customer_id = buyers.shop_customer_id
    where
        coalesce(
            customers.signup_date, first_orders.first_order_date, as_of.as_of_date
        ) <= as_of.as_of_date
        or buyers.shop_customer_id is not null
),

guests as (
    select
        buyers.shop_customer_id,
        cast(null as {{ dbt.type_string() }}) as person_id
    from buyers
    left join customers on buyers.shop_customer_id = customers.shop_customer_id
    where customers.shop_customer_id is null
),

shop_customers as (
    select * from known
    union all
    select * from guests
),

-- without a person_id every shop customer is a person of their own
identified as (
    select
        shop_customer_id,
        person_id,
        first_value(shop_customer_id) over (
            partition by
                person_id,
                case when person_id is null then shop_customer_id end
            order by {{ bytewise('shop_customer_id') }}
        ) as customer_id
    from shop_customers
)

select * from identified
