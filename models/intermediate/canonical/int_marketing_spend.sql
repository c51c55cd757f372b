with

marketing_spend as (
    select * from {{ ref('stg_' ~ var('source') ~ '__marketing_spend') }}
),

canonical as (
    select
        spend_date,
        channel,
        spend,
        load_id
    from marketing_spend
)

select * from canonical
