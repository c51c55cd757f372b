{#- The role that BI tools read with: it may select from the marts, and nothing else. It
    cannot log in; grant it to the roles that do. -#}
{% macro create_bi_reader() -%}
    {%- if target.name == 'prod' -%}
        do $$
        begin
            if not exists (select 1 from pg_roles where rolname = 'bi_reader') then
                create role bi_reader nologin;
            end if;
        exception
            -- another build was faster
            when duplicate_object or unique_violation then null;
            when insufficient_privilege then
                raise 'The role bi_reader is missing and % may not create it. '
                    'Ask an administrator for: create role bi_reader nologin;',
                    current_user;
        end
        $$
    {%- endif -%}
{%- endmacro %}

{#- Tables are granted with each model; the way to them is the schema. -#}
{% macro open_marts_to_bi_reader(schemas) -%}
    {%- if target.name == 'prod' and 'marts' in schemas -%}
        grant usage on schema marts to bi_reader
    {%- endif -%}
{%- endmacro %}
