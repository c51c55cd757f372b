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

{#- Whether the loader has filled a schema, where that is, and how make gets there. -#}
{% macro find_raw(schema) -%}
    {{ return(adapter.dispatch('find_raw')(schema)) }}
{%- endmacro %}

{% macro default__find_raw(schema) -%}
    {{ return({
        'is_there': adapter.check_schema_exists(target.database, schema),
        'place': 'database ' ~ target.database,
        'option': '',
    }) }}
{%- endmacro %}

{% macro duckdb__find_raw(schema) -%}
    {%- set lake = env_var('LAKE', 'lake') -%}
    {%- set files = (lake ~ '/' ~ schema ~ '/*/*.parquet') | replace("'", "''") -%}
    {%- set query = "select * from glob('" ~ files ~ "') limit 1" -%}
    {{ return({
        'is_there': execute and run_query(query) | length > 0,
        'place': 'lake ' ~ lake,
        'option': ' LAKE=' ~ lake,
    }) }}
{%- endmacro %}

{#- Spark tells of a folder that is not there by an error; but a table in a folder that
    is not there is empty. -#}
{% macro spark__find_raw(schema) -%}
    {%- set lake = env_var('LAKE', 'lake') -%}
    {%- set is_there = false -%}
    {%- if execute -%}
        {%- do run_query('drop table if exists default.loads') -%}
        {%- do run_query(
            'create table default.loads (load_id bigint) using parquet location '
            ~ dbt.string_literal(lake_folder(schema, 'load_history'))
        ) -%}
        {%- set loads = run_query('select load_id from default.loads limit 1') -%}
        {%- set is_there = loads | length > 0 -%}
        {%- do run_query('drop table default.loads') -%}
    {%- endif -%}
    {{ return({
        'is_there': is_there,
        'place': 'lake ' ~ lake,
        'option': ' LAKE=' ~ lake,
    }) }}
{%- endmacro %}
