-- A customer of the marts who cannot be found in the shop cannot be written to.
with

customers as (
    select * from {{ ref('customers') }}
),

customer_ids as (
    select * from {{ ref('customer_ids') }}
)

select customers.customer_id
from customers
left join customer_ids
    on
        customers.customer_id = customer_ids.shop_customer_id
        and customers.customer_id = customer_ids.customer_id
where customer_ids.customer_id is null
