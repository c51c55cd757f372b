with

source as (
    select * from {{ source('raw_olist', 'products') }}
),

translations as (
    select
        product_category_name,
        {{ trimmed('product_category_name_english') }} as english_name
    from {{ source('raw_olist', 'product_category_name_translation') }}
),

renamed as (
    select
        -- ids
        source.product_id,

        -- attributes
        cast(null as {{ dbt.type_string() }}) as product_name,
        coalesce(
            translations.english_name, {{ trimmed('source.product_category_name') }}
        ) as category,

        -- amounts
        cast(null as {{ type_number() }}) as unit_cost,

        -- load
        source._load_id as load_id
    from source
    left join translations
        on source.product_category_name = translations.product_category_name
)

select * from renamed
