{#- Stops before anything is built where the source was never loaded: otherwise each of
    its staging models says that some table does not exist. -#}
{% macro check_source() -%}
    {%- set raw = 'raw_' ~ var('source') -%}
    {%- set is_there = adapter.check_schema_exists(target.database, raw) -%}
    {%- if execute and '.stg_' in selected_resources | join and not is_there -%}
        {{ exceptions.raise_compiler_error(
            "Nothing of source '" ~ var('source') ~ "' is in database "
            ~ target.database ~ ". Load it first: make load DATA=folder SOURCE="
            ~ var('source')
        ) }}
    {%- endif -%}
{%- endmacro %}
