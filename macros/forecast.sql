{#- The tables that the program `forecast` fills. They exist, empty, before its first
    run, so that the marts which read them can always be built. -#}
{% macro create_forecast_tables() -%}
    {%- set schema = generate_schema_name('forecast', none) -%}
    {%- set text = dbt.type_string() -%}
    {%- set of_fit = 'source ' ~ text ~ ', as_of_date date, fingerprint ' ~ text -%}
    create schema if not exists {{ schema }};
    create table if not exists {{ schema }}.customer_forecasts (
        {{ of_fit }},
        customer_id {{ text }},
        probability_alive double precision,
        expected_orders_90d double precision,
        expected_orders_365d double precision,
        expected_order_value double precision,
        expected_value_365d double precision,
        probability_no_order_90d double precision,
        reason {{ text }},
        forecast_segment {{ text }},
        fitted_at timestamp
    );
    create table if not exists {{ schema }}.accuracy (
        {{ of_fit }},
        model {{ text }},
        decile bigint,
        customers bigint,
        predicted_orders double precision,
        actual_orders double precision,
        predicted_value double precision,
        actual_value double precision,
        error double precision,
        beats_naive boolean,
        is_published boolean,
        verdict {{ text }},
        fitted_at timestamp
    );
    create table if not exists {{ schema }}.parameters (
        {{ of_fit }},
        model {{ text }},
        parameter {{ text }},
        value double precision,
        standard_error double precision,
        unit {{ text }},
        fitted_at timestamp
    );
{%- endmacro %}
