-- One status flipped by mistake, and cancelled orders count or good ones are lost.
select
    source,
    reason,
    count(*) as statuses,
    count(*) filter (where is_counted) as counted_statuses
from {{ ref('order_statuses') }}
group by source, reason
having count(*) filter (where is_counted) not in (0, count(*))
