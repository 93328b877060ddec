select
    entity,
    step,
    rows_in,
    rows_out,
    rows_dropped
from {{ ref('rpt_rows_per_layer') }}
where rows_in <> rows_out + rows_dropped
