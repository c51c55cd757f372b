{#- Stops before anything is built and tells all faults: a misspelt variable would be
    ignored in silence, and a typo in a date would make everybody look churned. -#}
{% macro check_variables() -%}
    {%- set day = (var('as_of_date') or '1970-01-01') | string -%}
    {%- set tomorrow = modules.datetime.date.today() + modules.datetime.timedelta(1) -%}
    {%- set share = var('vip_share') -%}
    {%- set rules = {
        'source': (known_source(), ''),
        'as_of_date': (
            modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', day)
            and day <= tomorrow | string,
            'a date such as 2024-06-30, and not in the future'
        ),
        'vip_share': (share is number and 0 < share < 1, 'between 0 and 1'),
    } -%}
    {%- for name in [
        'churn_months', 'vip_min_orders', 'segment_history_months', 'min_pair_orders'
    ] -%}
        {%- set value = var(name) -%}
        {%- set holds = value is integer and 0 < value < 1000 -%}
        {%- do rules.update({name: (holds, 'a whole number from 1 to 999')}) -%}
    {%- endfor -%}
    {%- for name in ['repeat_windows', 'signup_windows'] -%}
        {%- set days = var(name) | list -%}
        {%- set whole = days | select('integer') | select('gt', 0) | unique | list -%}
        {%- set holds = days and whole == days -%}
        {%- do rules.update({name: (holds, 'a list of different days as [30, 60]')}) -%}
    {%- endfor -%}
    {%- set faults = [] -%}
    {%- for name in invocation_args_dict.get('vars') or {} if name not in rules -%}
        {%- do faults.append(
            "There is no variable '" ~ name ~ "'. There are: " ~ rules | join(', ')
        ) -%}
    {%- endfor -%}
    {%- for name, rule in rules.items() if not rule[0] -%}
        {%- do faults.append(
            name ~ " is '" ~ var(name) ~ "', but must be " ~ rule[1] ~ '.'
        ) -%}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error(faults | join('\n')) if faults }}
{%- endmacro %}

{#- The source that was chosen. A model asks for it, so that a wrong name is told as
    such while dbt reads the project: only later would it miss that source's models. -#}
{% macro known_source() -%}
    {%- set sources = ['contoso', 'olist', 'shop', 'shopify', 'transactions'] -%}
    {%- if var('source') not in sources -%}
        {{ exceptions.raise_compiler_error(
            "There is no source '" ~ var('source') ~ "'. There are: "
            ~ sources | join(', ')
        ) }}
    {%- endif -%}
    {{ var('source') }}
{%- endmacro %}
