{{ config(indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

with

customers as (
    select * from {{ ref('int_customers') }}
),

customer_ids as (
    select * from {{ ref('int_customers_identified') }}
),

orders as (
    select * from {{ ref('int_orders_counted') }}
),

last_orders as (
    select
        shop_customer_id,
        max(ordered_at) as last_ordered_at
    from orders
    group by shop_customer_id
),

-- an account that was used lately is most likely still read
accounts as (
    select
        customer_ids.customer_id,
        customer_ids.shop_customer_id,
        customers.accepts_marketing,
        row_number() over (
            partition by customer_ids.customer_id
            order by
                case when customers.accepts_marketing then 1 else 2 end,
                last_orders.last_ordered_at desc nulls last,
                customers.signed_up_at desc nulls last,
                {{ bytewise('customer_ids.shop_customer_id') }}
        ) as account_number
    from customer_ids
    left join customers
        on customer_ids.shop_customer_id = customers.shop_customer_id
    left join last_orders
        on customer_ids.shop_customer_id = last_orders.shop_customer_id
),

permitted as (
    select
        customer_id,
        max(shop_customer_id) filter (where account_number = 1) as shop_customer_id,
        case
            when count(*) filter (where not accepts_marketing) > 0 then 'no'
            when count(*) filter (where accepts_marketing) > 0 then 'yes'
            else 'unknown'
        end as may_contact
    from accounts
    group by customer_id
)

select * from permitted
