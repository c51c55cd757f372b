{#- Lets an engine that reads Parquet find the source's tables under their names. -#}
{% macro open_lake() -%}
    {{ adapter.dispatch('open_lake')() }}
{%- endmacro %}

{% macro default__open_lake() -%}{%- endmacro %}

{#- Numbers have 16 digits before the point and 12 behind it: with the contracts' 20
    there, the product of two would have no room. -#}
{% macro duckdb__open_lake() -%}
    {%- set schema = 'raw_' ~ var('source') -%}
    {%- set lake = env_var('LAKE', 'lake') | replace("'", "''") -%}
    {%- set files = lake ~ '/' ~ schema -%}
    {%- set any = "select * from glob('" ~ files ~ "/*/*.parquet') limit 1" -%}
    {%- set tables = graph.sources.values() | selectattr('schema', 'eq', schema) -%}
    {%- set is_there = execute and run_query(any) | length -%}
    create schema if not exists {{ schema if is_there else target.schema }};
    {% for table in tables if is_there %}
        create or replace view {{ schema }}.{{ table.name }} as
        select {{ lake_columns(table.columns) | join(', ') }}
        from read_parquet('{{ files }}/{{ table.name }}/*.parquet');
    {% endfor %}
{%- endmacro %}

{% macro lake_columns(columns) -%}
    {%- set casts = [] -%}
    {%- for name, column in columns.items() -%}
        {%- set is_number = column.data_type == 'numeric' -%}
        {%- set type = 'numeric(28, 12)' if is_number else column.data_type -%}
        {%- do casts.append('cast(' ~ name ~ ' as ' ~ type ~ ') as ' ~ name) -%}
    {%- endfor -%}
    {{ return(casts) }}
{%- endmacro %}
