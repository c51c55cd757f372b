-- One account that declines marketing speaks for the person, and whoever is written to
-- has that account.
with

audiences as (
    select * from {{ ref('audiences') }}
),

customer_ids as (
    select * from {{ ref('customer_ids') }}
),

accounts as (
    select * from {{ ref('int_customers') }}
)

select
    audiences.audience,
    audiences.customer_id,
    customer_ids.shop_customer_id,
    accounts.accepts_marketing
from audiences
inner join customer_ids on audiences.customer_id = customer_ids.customer_id
left join accounts on customer_ids.shop_customer_id = accounts.shop_customer_id
where
    not accounts.accepts_marketing
    or (accounts.accepts_marketing and audiences.may_contact <> 'yes')
    or (
        audiences.may_contact = 'yes'
        and audiences.shop_customer_id = customer_ids.shop_customer_id
        and accounts.accepts_marketing is null
    )
