{#- Calendar days from the first date to the second, negative if that is earlier. -#}
{% macro days_between(first, second) -%}
    cast({{ dbt.datediff(first, second, 'day') }} as bigint)
{%- endmacro %}

{#- The first day of the date's month. -#}
{% macro month_start(date) -%}
    cast({{ dbt.date_trunc('month', date) }} as date)
{%- endmacro %}
