with

states as (
    select * from {{ build_states() }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

orders as (
    select built_on
    from states
    where model = 'int_orders_converted' and built_in = '{{ invocation_id }}'
),

-- these two are asked for what they hold, and must not be of another build
continued as (
    select
        states.built_in as build_id,
        states.load_id,
        states.as_of_date
    from states
    inner join orders on states.built_in = orders.built_on
    inner join as_of on states.as_of_date <= as_of.as_of_date
    where states.model in ('customer_ids', 'int_orders_numbered')
    group by states.built_in, states.load_id, states.as_of_date
    having count(*) = 2
)

select * from continued
