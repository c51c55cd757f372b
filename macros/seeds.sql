{#- Called by dbt. What dbt-spark has instead knows no type of PostgreSQL's, and fails
    on apostrophes and on values that are missing. -#}
{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = spark_type(model.config.column_types[name]) -%}
        {%- do columns.append(name ~ ' ' ~ type) -%}
    {%- endfor -%}
    {%- set statement -%}
        create table {{ this }} ({{ columns | join(', ') }}) {{ comment_clause() }}
    {%- endset -%}
    {%- do run_query(statement) -%}
    {{ return(statement) }}
{%- endmacro %}

{#- All rows in one statement; a seed is short. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set values = [] -%}
        {%- for name in agate_table.column_names -%}
            {%- set type = spark_type(model.config.column_types[name]) -%}
            {%- set text = (row[name] | string).replace('\\', '\\\\') -%}
            {%- set literal = dbt.string_literal(dbt.escape_single_quotes(text)) -%}
            {%- set value = 'null' if row[name] is none else literal -%}
            {%- do values.append('cast(' ~ value ~ ' as ' ~ type ~ ')') -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ values | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- set statement = 'insert into ' ~ this ~ ' values ' ~ rows | join(', ') -%}
    {%- do run_query(statement) -%}
    {{ return(statement) }}
{%- endmacro %}
