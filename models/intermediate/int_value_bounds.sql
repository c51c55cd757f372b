with

buyers as (
    select * from {{ ref('int_buyers_summed') }}
),

-- to six decimals, far below a cent: what binary fractions add must not decide
bounds as (
    select
        cast({{ percentile('net_revenue', 0.25) }} as numeric(22, 6)) as lower_bound,
        cast({{ percentile('net_revenue', 0.75) }} as numeric(22, 6)) as upper_bound,
        cast(
            {{ percentile('net_revenue', 1 - var('vip_share')) }} as numeric(22, 6)
        ) as vip_bound
    from buyers
)

select * from bounds
