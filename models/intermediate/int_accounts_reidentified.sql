with

builds as (
    select * from {{ ref('int_builds_continued') }}
),

customer_ids as (
    select * from {{ ref('int_customers_identified') }}
),

held_customer_ids as (
    {{
        held(
            'customer_ids',
            {'shop_customer_id': dbt.type_string(), 'customer_id': dbt.type_string()}
        )
    }}
),

paired as (
    select
        held_customer_ids.customer_id as former_customer_id,
        customer_ids.customer_id,
        coalesce(customer_ids.shop_customer_id, held_customer_ids.shop_customer_id)
            as shop_customer_id
    from customer_ids
    full join held_customer_ids
        on customer_ids.shop_customer_id = held_customer_ids.shop_customer_id
),

reidentified as (
    select
        paired.shop_customer_id,
        paired.former_customer_id,
        paired.customer_id
    from paired
    cross join builds
    where
        paired.former_customer_id is null
        or paired.customer_id is null
        or paired.former_customer_id <> paired.customer_id
)

select * from reidentified
