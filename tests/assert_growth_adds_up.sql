-- Whoever is active was so before, came back or is new; who was and is not has lapsed.
with

customer_growth as (
    select * from {{ ref('customer_growth') }}
),

buyers as (
    select count(*) as buyers
    from {{ ref('customers') }}
    where orders > 0
),

followed as (
    select
        *,
        coalesce(lag(active_customers) over (order by month), 0) as active_before,
        sum(new_customers) over () as buyers
    from customer_growth
)

select
    followed.month,
    followed.active_customers,
    followed.active_before,
    followed.buyers,
    buyers.buyers as buyers_wanted
from followed
cross join buyers
where
    followed.active_customers
    <> followed.active_before
    - followed.lapsed_customers
    + followed.new_customers
    + followed.reactivated_customers
    or followed.buyers <> buyers.buyers
