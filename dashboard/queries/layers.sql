-- Rows on their way from raw to the marts.
select
    entity,
    step,
    concat(from_layer, ' to ', to_layer) as way,
    rows_in,
    rows_out,
    rows_dropped,
    drop_reason
from marts.rpt_rows_per_layer
order by
    entity,
    step
