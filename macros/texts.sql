{#- A text without blanks, tabs, line breaks and fixed spaces around it; null if nothing
    is left. -#}
{% macro trimmed(text) -%}
    nullif(trim(both '{{ ' \t\n\r\u00a0' }}' from {{ text }}), '')
{%- endmacro %}

{#- A trimmed text without the apostrophe by which exports keep a spreadsheet from
    reading it as a number or a formula. -#}
{% macro unmarked(text) -%}
    nullif(trim(leading '''' from {{ trimmed(text) }}), '')
{%- endmacro %}

{#- For `order by`: ids compare by their bytes, whatever the database's collation. -#}
{% macro bytewise(id) -%}
    {{ adapter.dispatch('bytewise')(id) }}
{%- endmacro %}

{% macro default__bytewise(id) -%}
    {{ id }} collate "C"
{%- endmacro %}

{% macro spark__bytewise(id) -%}
    {{ id }}
{%- endmacro %}

{#- A number with its noun: '1 order', '3 orders'. -#}
{% macro counted(number, noun) -%}
    case
        when {{ number }} = 1 then '1 {{ noun }}'
        else cast({{ number }} as {{ dbt.type_string() }}) || ' {{ noun }}s'
    end
{%- endmacro %}
