with

source as (
    select * from {{ source('raw_contoso', 'load_history') }}
),

renamed as (
    select
        -- ids
        load_id,
        {{ contoso_table('table_name') }} as table_name,
        file_name,

        -- times
        started_at,
        finished_at,

        -- attributes
        status,
        mode,
        time_zone,
        {{ trimmed('currency') }} as currency,

        -- amounts
        rows_read,
        rows_rejected,
        rows_duplicate,
        rows_superseded,
        rows_loaded
    from source
)

select * from renamed
