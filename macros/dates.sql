{#- The date that lies so many days after another one. -#}
{% macro add_days(date, days) -%}
    cast({{ dbt.dateadd('day', days, date) }} as date)
{%- endmacro %}

{#- Calendar days from the first date to the second, negative if that is earlier. -#}
{% macro days_between(first, second) -%}
    cast({{ dbt.datediff(first, second, 'day') }} as bigint)
{%- endmacro %}

{#- The first day of the date's month. -#}
{% macro month_start(date) -%}
    cast({{ dbt.date_trunc('month', date) }} as date)
{%- endmacro %}

{#- Calendar months from the first date's month to the second's: from the last day of
    January to the first of February it is one. -#}
{% macro months_between(first, second) -%}
    cast(
        (extract(year from {{ second }}) - extract(year from {{ first }})) * 12
        + extract(month from {{ second }}) - extract(month from {{ first }})
        as bigint
    )
{%- endmacro %}
