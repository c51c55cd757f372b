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

-- an order may have been somebody else's, or of another day, or not there at all
ordering as (
    select
        customer_ids.customer_id,
        held_orders.customer_id as former_customer_id,
        coalesce(orders.order_date, held_orders.order_date) as order_date,
        coalesce(held_orders.order_date, orders.order_date) as former_date,
        customer_ids.customer_id = held_orders.customer_id
        and orders.order_date = held_orders.order_date as is_in_place
    from orders_affected
    left join orders on orders_affected.order_id = orders.order_id
    left join customer_ids
        on orders.shop_customer_id = customer_ids.shop_customer_id
    left join held_orders on orders_affected.order_id = held_orders.order_id
),

reordered as (
    select
        customer_id,
        former_customer_id,
        case
            when not coalesce(is_in_place, false) then least(order_date, former_date)
        end as touched_date
    from ordering
),

reidentified as (
    select
        accounts_reidentified.customer_id,
        accounts_reidentified.former_customer_id,
        min(orders.order_date) as touched_date
    from accounts_reidentified
    left join orders
        on accounts_reidentified.shop_customer_id = orders.shop_customer_id
    group by
        accounts_reidentified.customer_id,
        accounts_reidentified.former_customer_id
),

described as (
    select
        customer_ids.customer_id,
        cast(null as date) as touched_date
    from customers
    inner join customer_ids
        on customers.shop_customer_id = customer_ids.shop_customer_id
    inner join builds on customers.load_id > builds.load_id
),

changed as (
    select * from reordered
    union all
    select * from reidentified
),

touched as (
    select
        customer_id,
        touched_date
    from changed
    union all
    select
        former_customer_id as customer_id,
        touched_date
    from changed
    union all
    select * from described
),

affected as (
    select
        customer_id,
        min(touched_date) as first_touched_date
    from touched
    where customer_id is not null
    group by customer_id
)

select * from affected
