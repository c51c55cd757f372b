{#- The periods that the forecast looks from, each with how many spans before the as-of
    date its cutoff lies, and how many its end; a span is as long as the holdout. -#}
{% macro forecast_periods() -%}
    {{ return([('score', 0, 0), ('test', 1, 0), ('train', 2, 1)]) }}
{%- endmacro %}

{#- The tables that the program `forecast` fills. They exist, empty, before its first
    run, so that the marts which read them can always be built. -#}
{% macro create_forecast_tables() -%}
    {%- set schema = generate_schema_name('forecast', none) -%}
    {%- set text = dbt.type_string() -%}
    {%- set number = ' ' ~ type_double() -%}
    {%- set tables = {
        'customer_forecasts': [
            'customer_id ' ~ text, 'probability_alive' ~ number,
            'expected_orders_90d' ~ number, 'expected_orders_365d' ~ number,
            'expected_order_value' ~ number, 'expected_value_365d' ~ number,
            'probability_no_order_90d' ~ number, 'reason ' ~ text,
            'forecast_segment ' ~ text,
        ],
        'accuracy': [
            'model ' ~ text, 'decile bigint', 'customers bigint',
            'predicted_orders' ~ number, 'actual_orders' ~ number,
            'predicted_value' ~ number, 'actual_value' ~ number,
            'error' ~ number, 'beats_naive boolean', 'is_published boolean',
            'verdict ' ~ text,
        ],
        'parameters': [
            'model ' ~ text, 'parameter ' ~ text, 'value' ~ number,
            'standard_error' ~ number, 'unit ' ~ text,
        ],
    } -%}
    {%- set statements = ['create schema if not exists ' ~ schema] -%}
    {%- for table, columns in tables.items() -%}
        {%- set statement -%}
            create table if not exists {{ schema }}.{{ table }} (
                source {{ text }}, as_of_date date, fingerprint {{ text }},
                {{ columns | join(', ') }}, fitted_at timestamp
            )
        {%- endset -%}
        {%- do statements.append(statement) -%}
    {%- endfor -%}
    {{ in_sequence(statements) }}
{%- endmacro %}
