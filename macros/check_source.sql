{#- Stops before anything is built where the source was never loaded: otherwise each of
    its staging models says that some table does not exist. -#}
{% macro check_source() -%}
    {%- set raw = find_raw('raw_' ~ var('source')) -%}
    {%- if execute and '.stg_' in selected_resources | join and not raw.is_there -%}
        {{ exceptions.raise_compiler_error(
            "Nothing of source '" ~ var('source') ~ "' is in " ~ raw.place
            ~ ". Load it first: make load DATA=folder SOURCE=" ~ var('source')
            ~ raw.option
        ) }}
    {%- endif -%}
{%- endmacro %}

{#- Whether the loader has filled a schema, where that is, and how make gets there. A
    load that was refused leaves its history and nothing else. -#}
{% macro find_raw(schema) -%}
    {{ return(adapter.dispatch('find_raw')(schema)) }}
{%- endmacro %}

{% macro default__find_raw(schema) -%}
    {%- set is_there = false -%}
    {%- if execute and adapter.get_relation(target.database, schema, 'load_history') -%}
        {%- set history = schema ~ '.load_history' -%}
        {%- set is_there = run_query(loads_of(history)) | length > 0 -%}
    {%- endif -%}
    {{ return({
        'is_there': is_there,
        'place': 'database ' ~ target.database,
        'option': '',
    }) }}
{%- endmacro %}

{#- The loads that were not refused. -#}
{% macro loads_of(history) -%}
    select load_id from {{ history }} where status = 'loaded' limit 1
{%- endmacro %}

{% macro duckdb__find_raw(schema) -%}
    {%- set folder = lake() ~ '/' ~ schema ~ '/load_history' -%}
    {%- set files = dbt.string_literal((folder ~ '/*.parquet') | replace("'", "''")) -%}
    {%- set is_there = false -%}
    {%- if execute and run_query('select * from glob(' ~ files ~ ')') | length > 0 -%}
        {%- set history = 'read_parquet(' ~ files ~ ')' -%}
        {%- set is_there = run_query(loads_of(history)) | length > 0 -%}
    {%- endif -%}
    {{ return({
        'is_there': is_there,
        'place': 'lake ' ~ lake(),
        'option': ' LAKE=' ~ lake(),
    }) }}
{%- endmacro %}

{#- Spark tells of a folder that is not there by an error; but a table in a folder that
    is not there is empty. -#}
{% macro spark__find_raw(schema) -%}
    {%- set is_there = false -%}
    {%- if execute -%}
        {%- do run_query('drop table if exists default.loads') -%}
        {%- do run_query(
            'create table default.loads (load_id bigint, status string)'
            ~ ' using parquet location '
            ~ dbt.string_literal(lake_folder(schema, 'load_history'))
        ) -%}
        {%- set is_there = run_query(loads_of('default.loads')) | length > 0 -%}
        {%- do run_query('drop table default.loads') -%}
    {%- endif -%}
    {{ return({
        'is_there': is_there,
        'place': 'lake ' ~ lake(),
        'option': ' LAKE=' ~ lake(),
    }) }}
{%- endmacro %}
