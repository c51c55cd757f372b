{#- Values lie above the bound, which is excluded. -#}
{% test above(model, column_name, bound) %}

select {{ column_name }}
from {{ model }}
where {{ column_name }} <= {{ bound }}

{% endtest %}
