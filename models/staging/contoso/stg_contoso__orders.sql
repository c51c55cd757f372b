with

source as (
    select * from {{ source('raw_contoso', 'sales') }}
),

-- a type of its own, as an engine of 38 digits has no room for the product of three
priced as (
    select
        *,
        cast(quantity * netprice as numeric(38, 12)) as revenue
    from source
),

summed as (
    select
        orderkey,
        min({{ bytewise('customerkey') }}) as customerkey,
        min(orderdate) as orderdate,
        cast(sum(revenue) as numeric(28, 12)) as revenue,
        cast(sum(revenue * coalesce(exchangerate, 1)) as numeric(28, 12))
            as unconverted_revenue,
        min(_load_id) as _load_id
    from priced
    group by orderkey
),

renamed as (
    select
        -- ids
        orderkey as order_id,
        customerkey as shop_customer_id,

        -- times
        orderdate as ordered_at,
        cast(orderdate as date) as order_date,

        -- attributes; prices are in dollars, whatever the customer paid in
        case when revenue = 0 then 'nothing to pay' end as status,
        'USD' as currency,
        cast(null as {{ dbt.type_string() }}) as promo_code,
        cast(null as boolean) as is_first_order_in_file,

        -- amounts in dollars
        revenue,
        unconverted_revenue,
        cast(null as {{ type_number() }}) as discount_amount,
        cast(null as {{ type_number() }}) as shipping_amount,
        cast(null as {{ type_number() }}) as tax_amount,
        cast(null as {{ type_number() }}) as exchange_rate,

        -- load
        _load_id as load_id
    from summed
)

select * from renamed
