{#- Calendar days from the first date to the second, negative if that is earlier. -#}
{% macro days_between(first, second) -%}
    cast({{ dbt.datediff(first, second, 'day') }} as bigint)
{%- endmacro %}

{#- Calendar months from the month of the first date to that of the second. -#}
{% macro months_between(first, second) -%}
    cast(
        12 * extract(year from {{ second }}) + extract(month from {{ second }})
        - 12 * extract(year from {{ first }}) - extract(month from {{ first }})
        as bigint
    )
{%- endmacro %}

{#- The first day of the date's month. -#}
{% macro month_start(date) -%}
    cast({{ dbt.date_trunc('month', date) }} as date)
{%- endmacro %}

{#- A month as text, such as 2024-05. -#}
{% macro month_label(date) -%}
    cast(extract(year from {{ date }}) as {{ dbt.type_string() }})
    || '-'
    || lpad(cast(extract(month from {{ date }}) as {{ dbt.type_string() }}), 2, '0')
{%- endmacro %}
