{#- Values lie between the bounds, which are included; either may be left open. -#}
{% test in_range(model, column_name, minimum=none, maximum=none) %}

select {{ column_name }}
from {{ model }}
where
    {{ column_name }} not between
    {{ column_name if minimum is none else minimum }}
    and {{ column_name if maximum is none else maximum }}

{% endtest %}
