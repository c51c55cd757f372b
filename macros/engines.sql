{#- For a hook: statements one after the other. Spark takes one at a time. -#}
{% macro in_sequence(statements) -%}
    {{ adapter.dispatch('in_sequence')(statements) }}
{%- endmacro %}

{% macro default__in_sequence(statements) -%}
    {%- for statement in statements %}
        {{ statement }};
    {%- endfor %}
{%- endmacro %}

{% macro spark__in_sequence(statements) -%}
    {%- for statement in statements if execute -%}
        {%- do run_query(statement) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Before rows that are read more than once: PostgreSQL would write all of them to
    disk, and read them from there in one process. -#}
{% macro not_materialized() -%}
    {{ adapter.dispatch('not_materialized')() }}
{%- endmacro %}

{% macro default__not_materialized() -%}
    not materialized
{%- endmacro %}

{% macro spark__not_materialized() -%}
{%- endmacro %}

{#- A floating-point number of 15 digits. -#}
{% macro type_double() -%}
    {{ adapter.dispatch('type_double')() }}
{%- endmacro %}

{% macro default__type_double() -%}
    double precision
{%- endmacro %}

{% macro spark__type_double() -%}
    double
{%- endmacro %}

{#- A number with as many decimals as it has. -#}
{% macro type_number() -%}
    {{ adapter.dispatch('type_number')() }}
{%- endmacro %}

{% macro default__type_number() -%}
    numeric
{%- endmacro %}

{% macro spark__type_number() -%}
    {{ spark_type('numeric') }}
{%- endmacro %}

{#- What Spark calls a type of the contracts. Its decimals have 38 digits: 14 before the
    point and 12 behind it leave room for the product of two. -#}
{% macro spark_type(type) -%}
    {{ return({
        'numeric': 'numeric(26, 12)',
        'text': 'string',
        'timestamptz': 'timestamp',
        'timestamp with time zone': 'timestamp',
    }.get(type, type)) }}
{%- endmacro %}

{#- For a post-hook: a table that was just built has no statistics, and the planner
    needs them; without, it takes a seed of 25 rows for one of a thousand, and sorts
    millions. Spark adapts its plans as it goes. -#}
{% macro take_statistics() -%}
    {{ adapter.dispatch('take_statistics')() }}
{%- endmacro %}

{% macro default__take_statistics() -%}
    {%- if model.config.materialized in ['table', 'incremental', 'seed'] -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__take_statistics() -%}
{%- endmacro %}

{#- Called by dbt: Parquet has no constraints to add. -#}
{% macro spark__persist_constraints(relation, model) -%}
{%- endmacro %}

{#- Called by dbt: types of a contract may have PostgreSQL's names. -#}
{% macro spark__get_empty_schema_sql(columns) -%}
    {%- set typed = {} -%}
    {%- for name, column in columns.items() -%}
        {%- do typed.update({
            name: dict(column, data_type=spark_type(column.data_type))
        }) -%}
    {%- endfor -%}
    {{ return(dbt.default__get_empty_schema_sql(typed)) }}
{%- endmacro %}

{#- Called by dbt: a date some days or months later. What dbt-spark has instead makes a
    timestamp with a time zone of it, which is null where timestamps have none. -#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {%- set functions = {'day': 'date_add', 'month': 'add_months'} -%}
    {{ functions[datepart] }}({{ from_date_or_timestamp }}, cast({{ interval }} as int))
{%- endmacro %}

{#- Called by dbt: Spark alone knows no grants. -#}
{% macro spark__apply_grants(relation, grant_config, should_revoke=true) -%}
{%- endmacro %}
