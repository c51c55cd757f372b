{#- For a model that is built in increments: the condition that leaves only what has to
    be made anew, where it goes on from its last build. A column of the key, or what it
    is taken from, may have another expression in the relation that is read. -#}
{% macro of_affected(key, expression=none) -%}
    {%- if not execute or goes_on() -%}
        where {{ is_affected(key, expression or key) }}
    {%- endif -%}
{%- endmacro %}

{#- Whether this model keeps rows of its last build. A unit test has no table, and says
    itself what it means. -#}
{% macro goes_on() -%}
    {{ return(this is not none and is_incremental()) }}
{%- endmacro %}

{% macro is_affected(key, expression) -%}
    {%- if key == 'load_id' -%}
        {{ expression }} > (
            select states.load_id
            from {{ build_states() }} as states
            where states.model = '{{ this.name }}'
        )
    {%- elif key == 'calendar_month' -%}
        {{ expression }} >= (
            select first_month from {{ ref('int_months_affected') }}
        )
    {%- else -%}
        {%- set lists = {
            'customer_id': 'int_customers_affected',
            'order_id': 'int_orders_affected',
            'session_id': 'int_sessions_affected',
        } -%}
        {{ expression }} in (select {{ key }} from {{ ref(lists[key]) }})
    {%- endif -%}
{%- endmacro %}

{#- Called by dbt for the incremental strategy `affected`: takes out the rows of all
    that is affected, also of those that have none any more, and puts in the new ones. -#}
{% macro get_incremental_affected_sql(arguments) -%}
    {%- set names = arguments.dest_columns | map(attribute='name') -%}
    {%- set columns = get_quoted_csv(names) -%}
    {%- set condition = is_affected(arguments.unique_key, arguments.unique_key) -%}
    delete from {{ arguments.target_relation }} where {{ condition }};
    insert into {{ arguments.target_relation }} ({{ columns }})
    select {{ columns }} from {{ arguments.temp_relation }} where {{ condition }}
{%- endmacro %}

{#- What a model to the right holds until it is built: the rows of its last build, or
    none. The columns are given with their types. -#}
{% macro held(name, columns) -%}
    {%- set node = graph.nodes[unique_id_of(name)] if execute else {} -%}
    {%- set relation = adapter.get_relation(node.database, node.schema, node.alias)
        if execute else none -%}
    {%- set values = [] -%}
    {%- for column, type in columns.items() -%}
        {%- set nothing = 'cast(null as ' ~ type ~ ') as ' ~ column -%}
        {%- do values.append(column if relation else nothing) -%}
    {%- endfor -%}
    select {{ values | join(', ') }}
    {{ 'from ' ~ relation if relation else 'where false' }}
{%- endmacro %}
