with

orders as (
    select * from {{ ref('stg_' ~ var('source') ~ '__orders') }}
),

canonical as (
    select
        cast('{{ known_source() }}' as {{ dbt.type_string() }}) as source,
        order_id,
        shop_customer_id,
        ordered_at,
        order_date,
        status,
        currency,
        promo_code,
        is_first_order_in_file,
        revenue,
        unconverted_revenue,
        discount_amount,
        shipping_amount,
        tax_amount,
        exchange_rate,
        load_id
    from orders
)

select * from canonical
