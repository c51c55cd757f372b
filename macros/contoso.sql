{#- The canonical table that a file of Contoso fills; a line of sales is an order's. -#}
{% macro contoso_table(table_name) -%}
    case {{ table_name }}
        when 'sales' then 'orders'
        when 'customer' then 'customers'
        when 'product' then 'products'
    end
{%- endmacro %}
