{#- Lets an engine that reads Parquet find the source's tables under their names. -#}
{% macro open_lake() -%}
    {{ adapter.dispatch('open_lake')() }}
{%- endmacro %}

{% macro default__open_lake() -%}{%- endmacro %}

{#- Numbers have 16 digits before the point and 12 behind it: with the contracts' 20 digits
    there, the product of two would have no room. -#}
{% macro duckdb__open_lake() -%}
    {%- set schema = 'raw_' ~ var('source') -%}
    {%- set files = env_var('LAKE', 'lake') ~ '/' ~ schema -%}
    {%- set any = "select * from glob('" ~ files ~ "/*/*.parquet') limit 1" -%}
    {%- if execute and run_query(any) | length -%}
        create schema if not exists {{ schema }};
        {% for table in graph.sources.values() if table.schema == schema %}
            create or replace view {{ schema }}.{{ table.name }} as
            select
                {%- for name, column in table.columns.items() %}
                    {%- set number = column.data_type == 'numeric' %}
                    cast({{ name }} as {{ 'numeric(28, 12)' if number else column.data_type }})
                        as {{ name }},
                {%- endfor %}
            from read_parquet('{{ files }}/{{ table.name }}/*.parquet');
        {% endfor %}
    {%- endif -%}
{%- endmacro %}
