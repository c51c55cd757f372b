{#- Stops before anything is built: a misspelt variable would be ignored in silence, and
    a typo in a date would make everybody look churned. -#}
{% macro check_variables() -%}
    {%- set day = (var('as_of_date') or '1970-01-01') | string -%}
    {%- set tomorrow = modules.datetime.date.today() + modules.datetime.timedelta(1) -%}
    {%- set months = var('churn_months') -%}
    {%- set share = var('vip_share') -%}
    {%- set orders = var('vip_min_orders') -%}
    {%- set windows = var('repeat_windows') | list -%}
    {%- set rules = {
        'source': (true, ''),
        'as_of_date': (
            modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', day)
            and day <= tomorrow | string,
            'a date such as 2024-06-30, and not in the future'
        ),
        'churn_months': (months is integer and 0 < months < 1000, 'a number from 1 on'),
        'vip_share': (share is number and 0 < share < 1, 'between 0 and 1'),
        'vip_min_orders': (orders is integer and orders > 0, 'a number from 1 on'),
        'repeat_windows': (
            windows and windows | select('integer') | select('gt', 0) | unique | list
            == windows,
            'a list of different days such as [30, 60]'
        ),
    } -%}
    {%- for name in invocation_args_dict.get('vars') or {} if name not in rules -%}
        {{ exceptions.raise_compiler_error(
            "There is no variable '" ~ name ~ "'. There are: " ~ rules | join(', ')
        ) }}
    {%- endfor -%}
    {%- for name, rule in rules.items() if not rule[0] -%}
        {{ exceptions.raise_compiler_error(
            name ~ " is '" ~ var(name) ~ "', but must be " ~ rule[1] ~ '.'
        ) }}
    {%- endfor -%}
{%- endmacro %}
