{#- The folder that holds the lake. Engines take some signs in a name for a pattern, and
    would read what else it fits. -#}
{% macro lake() -%}
    {%- set name = env_var('LAKE', 'lake') -%}
    {%- if modules.re.search('^~|[*?{}]|\\[|\\]', name) -%}
        {{ exceptions.raise_compiler_error(
            "LAKE is " ~ name ~ ", which engines take for a pattern of names. Load into"
            ~ " a folder without ~ at the beginning, and without * ? [ ] { and }."
        ) }}
    {%- endif -%}
    {{ return(name) }}
{%- endmacro %}

{#- Lets an engine that reads Parquet find the source's tables under their names. -#}
{% macro open_lake() -%}
    {{ adapter.dispatch('open_lake')() }}
{%- endmacro %}

{% macro default__open_lake() -%}{%- endmacro %}

{#- Numbers have 16 digits before the point and 12 behind it: with the contracts' 20
    there, the product of two would have no room. -#}
{% macro duckdb__open_lake() -%}
    {%- set schema = 'raw_' ~ var('source') -%}
    {%- set files = lake() | replace("'", "''") ~ '/' ~ schema -%}
    {%- set sources = (graph.sources or {}).values() -%}
    {%- set tables = sources | selectattr('schema', 'eq', schema) -%}
    {%- set is_there = find_raw(schema).is_there -%}
    {%- set views = {} -%}
    {%- for table in tables if is_there -%}
        {%- set casts = [] -%}
        {%- for name, column in table.columns.items() -%}
            {%- set is_number = column.data_type == 'numeric' -%}
            {%- set type = 'numeric(28, 12)' if is_number else column.data_type -%}
            {%- do casts.append('cast(' ~ name ~ ' as ' ~ type ~ ') as ' ~ name) -%}
        {%- endfor -%}
        {%- do views.update({table.name: casts | join(', ')}) -%}
    {%- endfor -%}
    create schema if not exists {{ schema if is_there else target.schema }};
    {% for name, columns in views.items() %}
        create or replace view {{ schema }}.{{ name }} as
        select {{ columns }} from read_parquet('{{ files }}/{{ name }}/*.parquet');
    {% endfor %}
{%- endmacro %}

{#- Where Spark finds a table of the lake. -#}
{% macro lake_folder(schema, table) -%}
    {%- set is_absolute = lake().startswith('/') or '://' in lake() -%}
    {%- set above = '' if is_absolute else invocation_args_dict.project_dir ~ '/' -%}
    {{ return(above ~ lake() ~ '/' ~ schema ~ '/' ~ table) }}
{%- endmacro %}

{% macro spark__open_lake() -%}
    {%- set schema = 'raw_' ~ var('source') -%}
    {%- set sources = (graph.sources or {}).values() -%}
    {%- set statements = ['create schema if not exists ' ~ schema] -%}
    {%- for table in sources | selectattr('schema', 'eq', schema) -%}
        {%- set casts = [] -%}
        {%- for name, column in table.columns.items() -%}
            {%- set type = spark_type(column.data_type) -%}
            {%- do casts.append('cast(' ~ name ~ ' as ' ~ type ~ ') as ' ~ name) -%}
        {%- endfor -%}
        {%- do statements.append(
            'create or replace view ' ~ schema ~ '.' ~ table.name
            ~ ' as select ' ~ casts | join(', ')
            ~ ' from parquet.`' ~ lake_folder(schema, table.name) ~ '`'
        ) -%}
    {%- endfor -%}
    {{ in_sequence(statements if execute and find_raw(schema).is_there else []) }}
{%- endmacro %}
