with

source as (
    select * from {{ source('raw_shop', 'load_totals') }}
),

renamed as (
    select
        -- ids
        load_id,
        table_name,

        -- attributes
        step,
        {{ trimmed('reason') }} as reason,

        -- amounts as the files have them
        rows,
        amount
    from source
)

select * from renamed
