with

source as (
    select * from {{ source('raw_transactions', 'transactions') }}
),

renamed as (
    select
        -- ids
        {{ purchase_id() }} as order_id,
        customer_id as shop_customer_id,

        -- times
        order_date as ordered_at,
        cast(order_date as date) as order_date,

        -- attributes
        cast(null as {{ dbt.type_string() }}) as status,
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as {{ dbt.type_string() }}) as promo_code,
        cast(null as boolean) as is_first_order_in_file,

        -- amounts
        revenue,
        revenue as unconverted_revenue,
        cast(null as {{ type_number() }}) as discount_amount,
        cast(null as {{ type_number() }}) as shipping_amount,
        cast(null as {{ type_number() }}) as tax_amount,
        cast(null as {{ type_number() }}) as exchange_rate,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
