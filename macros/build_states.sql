{#- Where the last build of each model that is built in increments stood: in which
    invocation of dbt its rows were made, of which loads and by which code. A model goes
    on from there only in a build that makes all that it stands on, too; in any other,
    and where anything else than the records has changed, it is built whole. -#}
{% macro build_states() -%}
    {{ generate_schema_name('intermediate', none) }}.build_states
{%- endmacro %}

{#- Creates the table, and forgets the states of tables that were replaced, moved or
    dropped by somebody else. -#}
{% macro create_build_states() -%}
    {%- set text = dbt.type_string() -%}
    {%- set columns = {
        'model': [text, 'Name of the model.'],
        'built_in': [text, 'Invocation of dbt that built it last.'],
        'built_on': [text, 'Invocation whose rows it kept; null where it kept none.'],
        'fingerprint': [text, 'Hash of the code and the rules that it comes from.'],
        'load_id': ['bigint', 'Last load that it comes from.'],
        'loaded_at': [dbt.type_timestamp(), 'When that load ended.'],
        'reporting_currency': [text, 'Currency of its amounts.'],
        'as_of_date': ['date', 'Day that it looks back from.'],
        'table_id': ['bigint', 'Number that the database gave to its table.'],
    } -%}
    {%- set typed = [] -%}
    {%- for name, column in columns.items() -%}
        {%- do typed.append(name ~ ' ' ~ column[0]) -%}
    {%- endfor -%}
    {%- set still_there = [] -%}
    {%- for node in (graph.nodes if execute else {}).values() -%}
        {%- if node.config.materialized == 'incremental' -%}
            {%- set table = "to_regclass('" ~ relation_of(node.name) ~ "')" -%}
            {%- set is_same = 'table_id = cast(' ~ table ~ ' as oid)' -%}
            {%- do still_there.append("model = '" ~ node.name ~ "' and " ~ is_same) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ in_sequence([
        'create schema if not exists ' ~ generate_schema_name('intermediate', none),
        'create table if not exists ' ~ build_states() ~ ' (' ~ typed | join(', ') ~ ')',
    ]) }}
    {% if target.type == 'postgres' %}
        comment on table {{ build_states() }} is
        'One row per model that is built in increments: where its last build stood.';
        {% for name, column in columns.items() %}
            comment on column {{ build_states() }}.{{ name }} is '{{ column[1] }}';
        {% endfor %}
        delete from {{ build_states() }}
        where not coalesce({{ still_there | join(' or ') }}, false);
    {% endif %}
{%- endmacro %}

{#- For a post-hook: writes down where this model stands now, in the transaction that
    brings its rows. -#}
{% macro note_build() -%}
    {%- if execute and model.config.materialized == 'incremental' -%}
        {%- set mine = "model = '" ~ model.name ~ "'" -%}
        {%- if may_go_on() -%}
            insert into {{ build_states() }}
            select
                '{{ model.name }}' as model,
                '{{ invocation_id }}' as built_in,
                {% if goes_on() %}
                    (select built_in from {{ build_states() }} where {{ mine }})
                {% else %}
                    null
                {% endif %} as built_on,
                '{{ fingerprint() }}' as fingerprint,
                load_id,
                finished_at as loaded_at,
                (
                    select reporting_currency
                    from {{ relation_of('int_reporting_currency') }}
                ) as reporting_currency,
                {% if unique_id_of('int_as_of_date') in stands_on() %}
                    (select as_of_date from {{ relation_of('int_as_of_date') }})
                {% else %}
                    null
                {% endif %} as as_of_date,
                cast(cast('{{ this }}' as regclass) as oid) as table_id
            from {{ relation_of('int_loads_in_effect') }}
            order by load_id desc
            limit 1;
        {%- endif %}
        delete from {{ build_states() }}
        where {{ mine }} and built_in <> '{{ invocation_id }}'
    {%- endif -%}
{%- endmacro %}

{#- Whether this run lets a model go on: it makes all that the model stands on, of all
    records, and of a source whose records have the number of the load that changed
    what they say. Of the others, one record sums up or corrects several. -#}
{% macro may_go_on() -%}
    {%- set left_out = stands_on() | reject('in', selected_resources) | list -%}
    {{ return(
        var('source') in ['shop', 'transactions']
        and not left_out
        and not flags.EMPTY
        and not flags.SAMPLE
    ) }}
{%- endmacro %}

{#- Called by dbt, which asks whether a model is built whole. One that is built in
    increments is, unless its rows stand where the increment begins: those of converted
    orders at a load that is still in effect, all others at the build that
    int_builds_continued names. -#}
{% macro should_full_refresh() -%}
    {%- set asked = config.get('full_refresh') -%}
    {%- set is_whole = flags.FULL_REFRESH if asked is none else asked -%}
    {%- if is_whole or model.config.materialized != 'incremental' -%}
        {{ return(is_whole) }}
    {%- endif -%}
    {%- set schema = generate_schema_name('intermediate', none) -%}
    {%- set is_known = adapter.get_relation(this.database, schema, 'build_states') -%}
    {%- if not is_known or not may_go_on() -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set query -%}
        select count(*)
        from {{ build_states() }} as mine
        {% if unique_id_of('int_builds_continued') in stands_on() -%}
            inner join {{ relation_of('int_builds_continued') }} as builds
                on mine.built_in = builds.build_id
        {%- else -%}
            inner join {{ relation_of('int_loads_in_effect') }} as loads
                on
                    mine.load_id = loads.load_id
                    and mine.loaded_at = cast(loads.finished_at as timestamp)
            inner join {{ relation_of('int_reporting_currency') }} as currencies
                on
                    mine.reporting_currency
                    is not distinct from currencies.reporting_currency
        {%- endif %}
        where
            mine.model = '{{ model.name }}'
            and mine.fingerprint = '{{ fingerprint() }}'
    {%- endset -%}
    {{ return(run_query(query).rows[0][0] == 0) }}
{%- endmacro %}

{#- A hash of the code of this model and of all that it stands on, of the seeds, the
    sources' tables, the macros, which are the project's and dbt's, and the variables; not
    of the as-of date, whose change brings and takes records like a load. -#}
{% macro fingerprint() -%}
    {%- set contents = [dbt_version] -%}
    {%- for id in stands_on() | sort -%}
        {%- set node = graph.nodes[id] -%}
        {%- set columns = (node.contract or {}).checksum or none -%}
        {%- do contents.append([id, node.checksum.checksum, columns]) -%}
        {%- for parent in node.depends_on.nodes or [] if parent in graph.sources -%}
            {%- set table = graph.sources[parent] -%}
            {%- do contents.append([table.schema, table.identifier]) -%}
        {%- endfor -%}
        {%- for name in modules.re.findall("var[(]'([a-z_]+)'", node.raw_code or '') -%}
            {%- if name != 'as_of_date' -%}
                {%- do contents.append([name, var(name)]) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name in context.keys() | list | sort -%}
        {%- set code = context[name].macro -%}
        {%- if code is defined and code.package_name == project_name -%}
            {%- do contents.append([name, code.macro_sql]) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(local_md5(tojson(contents))) }}
{%- endmacro %}

{#- The ids of this model and of all models and seeds that it stands on. -#}
{% macro stands_on() -%}
    {%- set found = [model.unique_id] -%}
    {#- the list grows while it is read -#}
    {%- for id in found -%}
        {%- for parent in graph.nodes[id].depends_on.nodes or [] -%}
            {%- if parent in graph.nodes and parent not in found -%}
                {%- do found.append(parent) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- A model's id in dbt's graph, and its table; no lineage comes of either. -#}
{% macro unique_id_of(name) -%}
    model.{{ project_name }}.{{ name }}
{%- endmacro %}

{% macro relation_of(name) -%}
    {%- set node = graph.nodes[unique_id_of(name)] -%}
    {{ return(api.Relation.create(node.database, node.schema, node.alias)) }}
{%- endmacro %}
