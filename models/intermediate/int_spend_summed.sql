with

marketing_spend as (
    select * from {{ ref('int_marketing_spend') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

summed as (
    select
        marketing_spend.channel,
        {{ month_start('marketing_spend.spend_date') }} as calendar_month,
        sum(marketing_spend.spend) as spend
    from marketing_spend
    cross join as_of
    where marketing_spend.spend_date <= as_of.as_of_date
    group by
        marketing_spend.channel,
        {{ month_start('marketing_spend.spend_date') }}
)

select * from summed
