{{
    config(
        indexes=[
            {
                'columns': ['value_segment', 'attribute', 'attribute_value'],
                'unique': true
            }
        ]
    )
}}

{%- set attributes = ['channel', 'region', 'first_category', 'customer_status'] %}

with

customers as (
    select * from {{ ref('customers') }}
),

first_categories as (
    select * from {{ ref('int_first_categories') }}
),

buyers as (
    select
        customers.value_segment,
        customers.channel,
        customers.region,
        customers.customer_status,
        first_categories.first_category
    from customers
    inner join first_categories
        on customers.customer_id = first_categories.customer_id
),

summed as (
    {% for attribute in attributes %}
        select
            value_segment,
            '{{ attribute }}' as attribute,
            {{ attribute }} as attribute_value,
            count(*) as customers
        from buyers
        group by value_segment, {{ attribute }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

totalled as (
    select
        *,
        sum(customers) over (partition by attribute, value_segment)
            as customers_of_segment,
        sum(customers) over (partition by attribute, attribute_value)
            as customers_of_value,
        sum(customers) over (partition by attribute) as total_customers
    from summed
),

compared as (
    select
        value_segment,
        attribute,
        attribute_value,
        customers,
        cast({{ safe_divide('customers', 'customers_of_segment') }} as numeric(9, 6))
            as customer_share,
        {{
            affinity_index(
                'customers', 'customers_of_segment', 'customers_of_value',
                'total_customers'
            )
        }} as affinity_index
    from totalled
)

select * from compared
