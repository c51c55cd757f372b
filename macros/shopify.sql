{#- The records of Shopify's export of orders, from the relation `source`, each with
    its `order_key`, and `export_number` 1 where it is from the latest export of the
    order: one that knows of the cancellation, or of more refunds; else the one whose
    last order is later. The order's own fields, its id too, are in one record; others
    have the name alone, which in one export may be that of several orders: then nobody
    knows whose line it is, and the name is its key. -#}
{% macro shopify_records() -%}
    {%- set id = unmarked('order_id') -%}
    {%- set of_name = 'partition by ' ~ trimmed('name') -%}
    {%- set of_export = of_name ~ ', export_file' -%}
    select
        *,
        dense_rank() over (
            partition by order_key, has_order
            order by
                is_cancelled desc,
                refunded desc,
                last_order_at desc nulls last,
                {{ bytewise('export_file') }} desc
        ) as export_number
    from (
        select
            *,
            case
                when id is not null then id
                when lowest_id = highest_id then lowest_id
                when lowest_id is null and lowest_of_all = highest_of_all
                    then lowest_of_all
                else {{ trimmed('name') }}
            end as order_key
        from (
            select
                *,
                {{ id }} as id,
                min({{ id }}) over ({{ of_export }}) as lowest_id,
                max({{ id }}) over ({{ of_export }}) as highest_id,
                min({{ id }}) over ({{ of_name }}) as lowest_of_all,
                max({{ id }}) over ({{ of_name }}) as highest_of_all,
                count(subtotal) over ({{ of_export }}) > 0 as has_order,
                count(cancelled_at) over ({{ of_export }}) > 0 as is_cancelled,
                coalesce(max(refunded_amount) over ({{ of_export }}), 0) as refunded,
                max(created_at) over (partition by export_file) as last_order_at
            from source
        ) as compared
    ) as keyed
{%- endmacro %}

{#- Each order of the relation `records` once, with its own fields; an export that
    repeats them in every line says them once too. Prices include tax where the total
    is subtotal and shipping although there is a tax; shipping has its share of it. -#}
{% macro shopify_orders() -%}
    {%- set fields = [
        'order_key', 'email', 'phone', 'created_at', 'cancelled_at',
        'financial_status', 'payment_method', 'currency', 'subtotal', 'shipping',
        'taxes', 'total', 'discount_code', 'discount_amount', 'refunded_amount',
        '_load_id'
    ] -%}
    select
        {{ fields | join(',\n') }},
        case
            when
                taxes > 0.01
                and abs(total - subtotal - coalesce(shipping, 0)) <= 0.01
                then cast(
                    {{ safe_divide(
                        'taxes * subtotal', '(subtotal + coalesce(shipping, 0))'
                    ) }} as numeric(18, 2)
                )
            else 0
        end as included_tax
    from records
    where subtotal is not null and export_number = 1
    group by {{ fields | join(', ') }}
{%- endmacro %}

{#- What was refunded of an order's revenue: the refund without its tax, and the goods
    before the shipping. -#}
{% macro shopify_refund() -%}
    least(
        cast(
            refunded_amount
            * (1 - coalesce({{ safe_divide('taxes', 'total') }}, 0)) as numeric(18, 2)
        ),
        subtotal - included_tax
    )
{%- endmacro %}

{#- The product of a line: its SKU, or else its name, which custom items have too. -#}
{% macro shopify_product_id() -%}
    coalesce(
        {{ unmarked('lineitem_sku') }}, {{ trimmed('lineitem_name') }}, 'unnamed'
    )
{%- endmacro %}

{#- An e-mail as people mean it: without blanks and a spreadsheet's mark, in lower case.
    Dots and what stands behind a plus stay: not every provider ignores them. -#}
{% macro normalised_email(email) -%}
    lower({{ unmarked(email) }})
{%- endmacro %}

{#- The digits of a telephone number. -#}
{% macro normalised_phone(phone) -%}
    nullif(translate({{ unmarked(phone) }}, '+-()./ ', ''), '')
{%- endmacro %}
