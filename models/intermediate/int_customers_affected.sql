with

builds as (
    select * from {{ ref('int_builds_continued') }}
),

orders_affected as (
    select * from {{ ref('int_orders_affected') }}
),

accounts_reidentified as (
    select * from {{ ref('int_accounts_reidentified') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

customer_ids as (
    select * from {{ ref('int_customers_identified') }}
),

orders as (
    select * from {{ ref('int_orders_counted') }}
),

held_orders as (
    {{
        held(
            'int_orders_numbered',
            {
                'order_id': dbt.type_string(),
                'customer_id': dbt.type_string(),
                'order_date': 'date',
            }
        )
    }}
),

ordering as (
    select
        customer_ids.customer_id,
        orders.order_date
    from orders_affected
    inner join orders on orders_affected.order_id = orders.order_id
    inner join customer_ids
        on orders.shop_customer_id = customer_ids.shop_customer_id
),

-- an order may have been somebody else's, or of another day
formerly_ordering as (
    select
        held_orders.customer_id,
        held_orders.order_date
    from orders_affected
    inner join held_orders on orders_affected.order_id = held_orders.order_id
),

reidentified as (
    select
        accounts_reidentified.former_customer_id,
        accounts_reidentified.customer_id,
        min(orders.order_date) as order_date
    from accounts_reidentified
    left join orders
        on accounts_reidentified.shop_customer_id = orders.shop_customer_id
    group by
        accounts_reidentified.former_customer_id,
        accounts_reidentified.customer_id
),

described as (
    select
        customer_ids.customer_id,
        cast(null as date) as order_date
    from customers
    inner join customer_ids
        on customers.shop_customer_id = customer_ids.shop_customer_id
    inner join builds on customers.load_id > builds.load_id
),

touched as (
    select * from ordering
    union all
    select * from formerly_ordering
    union all
    select
        customer_id,
        order_date
    from reidentified
    union all
    select
        former_customer_id as customer_id,
        order_date
    from reidentified
    union all
    select * from described
),

affected as (
    select
        customer_id,
        min(order_date) as first_touched_date
    from touched
    where customer_id is not null
    group by customer_id
)

select * from affected
