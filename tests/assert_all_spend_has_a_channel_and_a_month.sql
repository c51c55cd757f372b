-- Money that won nobody is spent all the same.
with

channel_months as (
    select cast(sum(marketing_spend.spend) as numeric(18, 2)) as spend
    from {{ ref('int_marketing_spend') }} as marketing_spend
    cross join {{ ref('int_as_of_date') }} as as_of
    where marketing_spend.spend_date <= as_of.as_of_date
    group by marketing_spend.channel, {{ month_start('marketing_spend.spend_date') }}
),

spent as (
    select coalesce(sum(spend), 0) as spend
    from channel_months
),

economics as (
    select coalesce(sum(spend), 0) as spend
    from {{ ref('channel_unit_economics') }}
)

select
    spent.spend,
    economics.spend as spend_in_mart
from spent
cross join economics
where spent.spend <> economics.spend
