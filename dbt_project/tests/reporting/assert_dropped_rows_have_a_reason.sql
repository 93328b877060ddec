select
    entity,
    step,
    rows_dropped
from {{ ref('rpt_rows_per_layer') }}
where rows_dropped > 0 and drop_reason is null
