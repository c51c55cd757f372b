with

customers as (
    select * from {{ ref('stg_' ~ var('source') ~ '__customers') }}
),

canonical as (
    select
        shop_customer_id,
        person_id,
        signed_up_at,
        signup_date,
        birth_date,
        channel,
        region,
        country,
        email,
        accepts_marketing,
        load_id
    from customers
)

select * from canonical
