{%- set no_reason = 'cast(null as ' ~ dbt.type_string() ~ ')' %}
{%- set made = [
    ('orders', 'superseded', 'count(*)', 'sum(subtotal)',
        'records where export_number > 1'),
    ('orders', 'further lines', 'count(*)', 'coalesce(sum(subtotal), 0)',
        'records where export_number = 1'),
    ('orders', 'further lines', '-count(*)', '-sum(subtotal)', 'orders'),
    ('orders', 'included tax', '0', 'sum(included_tax)', 'orders'),
    ('order_items', 'read', 'count(*)', 'null', 'lines'),
    ('products', 'read', 'count(*)', 'null', 'products'),
    ('refunds', 'read', 'count(*)', 'sum(refunded_amount)', 'refunds'),
    ('refunds', 'tax and shipping', 'count(*) filter (where amount = 0)',
        'sum(refunded_amount - amount)', 'refunds'),
] %}

with

totals as (
    select * from {{ source('raw_shopify', 'load_totals') }}
),

source as (
    select * from {{ source('raw_shopify', 'orders') }}
),

records as (
    {{ shopify_records() }}
),

orders as (
    {{ shopify_orders() }}
),

lines as (
    select
        {{ shopify_product_id() }} as product_id,
        _load_id
    from records
    where export_number = 1 and lineitem_quantity > 0 and lineitem_price is not null
),

products as (
    select
        product_id,
        min(_load_id) as _load_id
    from lines
    group by product_id
),

refunds as (
    select
        refunded_amount,
        {{ shopify_refund() }} as amount,
        _load_id
    from orders
    where refunded_amount > 0
),

-- what the loader counted, and how a line's record becomes an order, a line, a refund
together as (
    select
        load_id,
        table_name,
        step,
        {{ trimmed('reason') }} as reason,
        rows,
        amount
    from totals

    {% for table, step, rows, amount, relation in made %}
        union all

        select
            _load_id as load_id,
            '{{ table }}' as table_name,
            '{{ step }}' as step,
            {{ no_reason }} as reason,
            {{ rows }} as rows,
            cast({{ amount }} as {{ type_number() }}) as amount
        from {{ relation }}
        group by _load_id
    {% endfor %}
),

summed as (
    select
        load_id,
        table_name,
        step,
        reason,
        cast(sum(rows) as bigint) as rows,
        sum(amount) as amount
    from together
    group by load_id, table_name, step, reason
)

select * from summed
