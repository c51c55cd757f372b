{{
    config(
        unique_key='customer_id',
        incremental_strategy='affected',
        indexes=[
            {'columns': ['shop_customer_id'], 'unique': true},
            {'columns': ['customer_id']},
        ]
    )
}}

with

customer_ids as (
    select * from {{ ref('int_customers_identified') }}
    {{ of_affected('customer_id') }}
),

paired as (
    select
        shop_customer_id,
        customer_id,
        person_id
    from customer_ids
)

select * from paired
