{#- A quotient that is null, not an error, when there is nothing to divide by; whole
    numbers are not divided as whole numbers. -#}
{% macro safe_divide(numerator, denominator) -%}
    {{ adapter.dispatch('safe_divide')(numerator, denominator) }}
{%- endmacro %}

{% macro default__safe_divide(numerator, denominator) -%}
    1.0 * ({{ numerator }}) / nullif({{ denominator }}, 0)
{%- endmacro %}

{#- DuckDB divides numbers as floating ones, of which 0.285 is a little less than that:
    it would not be rounded up. -#}
{% macro duckdb__safe_divide(numerator, denominator) -%}
    cast({{ default__safe_divide(numerator, denominator) }} as numeric(28, 10))
{%- endmacro %}

{#- On Spark, whose decimals give way to the digits before the point. -#}
{% macro spark__safe_divide(numerator, denominator) -%}
    cast(
        cast({{ numerator }} as double)
        / nullif(cast({{ denominator }} as double), 0) as numeric(28, 10)
    )
{%- endmacro %}

{#- The sum of amounts, with fractions of a cent. DuckDB gives a sum 38 digits, and
    drops decimals of it in a union with amounts of more digits before the point. -#}
{% macro sum_of_amounts(amount) -%}
    {{ adapter.dispatch('sum_of_amounts')(amount) }}
{%- endmacro %}

{% macro default__sum_of_amounts(amount) -%}
    sum({{ amount }})
{%- endmacro %}

{% macro duckdb__sum_of_amounts(amount) -%}
    cast(sum({{ amount }}) as numeric(28, 12))
{%- endmacro %}

{% macro spark__sum_of_amounts(amount) -%}
    cast(sum({{ amount }}) as numeric(26, 12))
{%- endmacro %}

{#- The interpolated percentile of an expression over the group. -#}
{% macro percentile(expression, fraction) -%}
    percentile_cont({{ fraction }}) within group (
        order by cast({{ expression }} as {{ type_double() }})
    )
{%- endmacro %}

{#- The score from 1 to 5 of a percent_rank; where even the highest rank is 0, all are
    equal, and everyone is in the middle. -#}
{% macro rank_score(rank, highest_rank) -%}
    cast(
        case
            when {{ highest_rank }} = 0 then 3
            else least(1 + floor(5 * {{ rank }}), 5)
        end as bigint
    )
{%- endmacro %}

{#- The share within a segment ÷ the share over all × 100: 100 is like everyone. -#}
{% macro affinity_index(part, segment, part_of_all, everything) -%}
    cast(
        {{ safe_divide(
            '100 * ' ~ part ~ ' * ' ~ everything, segment ~ ' * ' ~ part_of_all
        ) }} as numeric(18, 2)
    )
{%- endmacro %}
