{{
    config(
        indexes=[
            {'columns': ['customer_id', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
        ]
    )
}}

with

changes as (
    select * from {{ ref('int_segments_changed') }}
),

dated as (
    select
        customer_id,
        valid_from,
        rfm_segment,
        previous_segment,
        lead(valid_from) over (
            partition by customer_id
            order by valid_from
        ) as valid_to
    from changes
)

select * from dated
