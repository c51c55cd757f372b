{{ config(materialized='table') }}

with

refunds as (
    select * from {{ ref('stg_' ~ var('source') ~ '__refunds') }}
),

canonical as (
    select
        refund_id,
        order_id,
        refunded_at,
        refund_date,
        amount,
        load_id
    from refunds
)

select * from canonical
