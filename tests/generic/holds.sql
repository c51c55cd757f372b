{#- For every row the condition is true: false and null both fail. -#}
{% test holds(model, condition) %}

select *
from {{ model }}
where ({{ condition }}) is not true

{% endtest %}
