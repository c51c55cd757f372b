{#- The id of a purchase: its own, or else a hash of its content and of which one it is
    among the purchases of the same content. -#}
{% macro purchase_id() -%}
    {%- set content -%}
        {{ measured('customer_id') }}
        || {{ measured('order_date') }}
        || {{ measured('cast(revenue as numeric(38, 20))') }}
        || {{ measured('cast(quantity as numeric(38, 20))') }}
        || {{ measured('category') }}
    {%- endset -%}
    {%- set occurrence -%}
        row_number() over (partition by order_id, {{ content }} order by {{ content }})
    {%- endset -%}
    coalesce(order_id, {{ dbt.hash(content ~ ' || ' ~ measured(occurrence)) }})
{%- endmacro %}

{#- A value as text behind its length, so that no two rows of values read alike. -#}
{% macro measured(value) -%}
    {%- set text = 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    coalesce(
        cast(length({{ text }}) as {{ dbt.type_string() }}) || ':' || {{ text }}, '-'
    )
{%- endmacro %}
