-- The last period of each buyer is the segment that the marts of today name.
with

customers as (
    select
        customer_id,
        rfm_segment
    from {{ ref('customers') }}
    where orders > 0
),

present as (
    select
        customer_id,
        rfm_segment
    from {{ ref('segment_history') }}
    where valid_to is null
)

select
    customers.customer_id,
    customers.rfm_segment,
    present.customer_id as customer_id_in_history,
    present.rfm_segment as rfm_segment_in_history
from customers
full outer join present on customers.customer_id = present.customer_id
where (customers.rfm_segment = present.rfm_segment) is not true
