with

source as (
    select * from {{ source('raw_olist', 'orders') }}
),

order_items as (
    select * from {{ source('raw_olist', 'order_items') }}
),

lines_per_order as (
    select
        order_id,
        sum(price + freight_value) as revenue
    from order_items
    group by order_id
),

renamed as (
    select
        -- ids
        source.order_id,
        source.customer_id as shop_customer_id,

        -- times
        source.order_purchase_timestamp as ordered_at,
        cast(source.order_purchase_timestamp as date) as order_date,

        -- attributes
        case
            when
                lower({{ trimmed('source.order_status') }}) = 'delivered'
                and coalesce(lines_per_order.revenue, 0) = 0
                then 'delivered without price'
            else {{ trimmed('source.order_status') }}
        end as status,
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as {{ dbt.type_string() }}) as promo_code,
        cast(null as boolean) as is_first_order_in_file,

        -- amounts in the order's currency; the freight is in the revenue
        coalesce(lines_per_order.revenue, 0) as revenue,
        coalesce(lines_per_order.revenue, 0) as unconverted_revenue,
        cast(null as {{ type_number() }}) as discount_amount,
        cast(null as {{ type_number() }}) as shipping_amount,
        cast(null as {{ type_number() }}) as tax_amount,
        cast(null as {{ type_number() }}) as exchange_rate,

        -- load
        source._load_id as load_id
    from source
    left join lines_per_order on source.order_id = lines_per_order.order_id
)

select * from renamed
