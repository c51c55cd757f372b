with

source as (
    select * from {{ source('raw_shop', 'orders') }}
),

renamed as (
    select
        -- ids
        order_id,
        customer_id as shop_customer_id,

        -- times
        order_date as ordered_at,
        cast(order_date as date) as order_date,

        -- attributes
        {{ trimmed('status') }} as status,
        {{ trimmed('currency') }} as currency,
        -- some exports say whether a code was used, others which one
        case
            when
                lower({{ trimmed('promo_used') }}) in ('true', 't', 'yes', 'y', '1')
                then 'true'
            when
                lower({{ trimmed('promo_used') }})
                not in ('false', 'f', 'no', 'n', '0', 'none')
                then {{ trimmed('promo_used') }}
        end as promo_code,
        is_first_order as is_first_order_in_file,

        -- amounts in the order's currency
        revenue,
        revenue as unconverted_revenue,
        discount_amount,
        shipping_amount,
        tax_amount,
        exchange_rate,

        -- load
        _load_id as load_id
    from source
)

select * from renamed
