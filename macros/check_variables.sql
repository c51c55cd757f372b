{#- Stops before anything is built: a misspelt variable would be ignored in silence, and
    today's numbers taken for those of another day. -#}
{% macro check_variables() -%}
    {%- set known = [
        'source', 'as_of_date', 'churn_months', 'vip_share', 'vip_min_orders',
        'repeat_windows'
    ] -%}
    {%- for name in invocation_args_dict.get('vars') or {} if name not in known -%}
        {{ exceptions.raise_compiler_error(
            "There is no variable '" ~ name ~ "'. There are: " ~ known | join(', ')
        ) }}
    {%- endfor -%}
    {%- set day = var('as_of_date') or '1970-01-01' -%}
    {%- if not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', day | string) -%}
        {{ exceptions.raise_compiler_error(
            "as_of_date is '" ~ day ~ "', which is no date such as 2024-06-30."
        ) }}
    {%- endif -%}
{%- endmacro %}
