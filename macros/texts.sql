{#- A text without blanks around it; null if nothing is left. -#}
{% macro trimmed(text) -%}
    nullif(trim({{ text }}), '')
{%- endmacro %}

{#- For `order by`: ids compare by their bytes, whatever the database's collation. -#}
{% macro bytewise(id) -%}
    {{ id }} collate "C"
{%- endmacro %}
