{#- A quotient that is null, not an error, when there is nothing to divide by; whole
    numbers are not divided as whole numbers. -#}
{% macro safe_divide(numerator, denominator) -%}
    1.0 * ({{ numerator }}) / nullif({{ denominator }}, 0)
{%- endmacro %}

{#- The interpolated percentile of an expression over the group. -#}
{% macro percentile(expression, fraction) -%}
    percentile_cont({{ fraction }}) within group (
        order by cast({{ expression }} as double precision)
    )
{%- endmacro %}
