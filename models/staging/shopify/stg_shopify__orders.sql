with

source as (
    select * from {{ source('raw_shopify', 'orders') }}
),

customers as (
    select
        {{ unmarked('customer_id') }} as customer_id,
        {{ normalised_email('email') }} as email,
        {{ normalised_phone('phone') }} as phone
    from {{ source('raw_shopify', 'customers') }}
),

records as (
    {{ shopify_records() }}
),

orders as (
    {{ shopify_orders() }}
),

reached as (
    select
        *,
        subtotal - included_tax as revenue,
        {{ normalised_email('email') }} as normalised_email,
        {{ normalised_phone('phone') }} as normalised_phone
    from orders
),

accounts_by_email as (
    select
        email,
        min({{ bytewise('customer_id') }}) as customer_id
    from customers
    where email is not null
    group by email
),

-- a number that several accounts share tells nobody apart
accounts_by_phone as (
    select
        phone,
        min(customer_id) as customer_id
    from customers
    where phone is not null
    group by phone
    having count(*) = 1
),

renamed as (
    select
        -- ids; a guest's is stable, and tells no address
        reached.order_key as order_id,
        coalesce(
            accounts_by_email.customer_id,
            accounts_by_phone.customer_id,
            'guest-' || {{ dbt.hash('reached.normalised_email') }},
            'guest-' || {{ dbt.hash('reached.normalised_phone') }},
            'order-' || reached.order_key
        ) as shop_customer_id,

        -- times
        reached.created_at as ordered_at,
        cast(reached.created_at as date) as order_date,

        -- attributes
        case
            when lower(reached.payment_method) like '%bogus%' then 'test'
            when reached.cancelled_at is not null then 'cancelled'
            when reached.revenue = 0 then 'nothing to pay'
            else {{ trimmed('reached.financial_status') }}
        end as status,
        {{ trimmed('reached.currency') }} as currency,
        -- customers type codes as they like
        upper({{ trimmed('reached.discount_code') }}) as promo_code,
        cast(null as boolean) as is_first_order_in_file,

        -- amounts in the order's currency
        reached.revenue,
        reached.revenue as unconverted_revenue,
        reached.discount_amount,
        reached.shipping as shipping_amount,
        reached.taxes as tax_amount,
        cast(null as {{ type_number() }}) as exchange_rate,

        -- load
        reached._load_id as load_id
    from reached
    left join accounts_by_email
        on reached.normalised_email = accounts_by_email.email
    left join accounts_by_phone
        on
            reached.normalised_email is null
            and reached.normalised_phone = accounts_by_phone.phone
)

select * from renamed
