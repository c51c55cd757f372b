{#- The ends of the 95 % interval of a rate, successes among trials, after Wilson (J.
    Am. Stat. Assoc. 22, 1927, 209-212); null without trials. -#}
{% macro wilson_low(successes, trials) -%}
    {{ wilson_end(successes, trials, '-') }}
{%- endmacro %}

{% macro wilson_high(successes, trials) -%}
    {{ wilson_end(successes, trials, '+') }}
{%- endmacro %}

{#- With z = 1.96, the normal distribution's 97.5th percentile, and p the rate among n:
    (p + z² ÷ 2n ∓ z √(p (1 − p) ÷ n + z² ÷ 4n²)) ÷ (1 + z² ÷ n), multiplied out. -#}
{% macro wilson_end(successes, trials, sign) -%}
    {%- set z = 1.959963984540054 -%}
    {%- set s = 'cast(' ~ successes ~ ' as ' ~ type_double() ~ ')' -%}
    {%- set n = 'cast(' ~ trials ~ ' as ' ~ type_double() ~ ')' -%}
    {%- set root = s ~ ' * (1 - ' ~ s ~ ' / nullif(' ~ n ~ ', 0)) + ' ~ z * z / 4 -%}
    cast(
        ({{ s }} + {{ z * z / 2 }} {{ sign }} {{ z }} * sqrt({{ root }}))
        / ({{ n }} + {{ z * z }})
        as numeric(9, 6)
    )
{%- endmacro %}
