-- The newest 60 loads.
with

placed as (
    select
        rpt_loads.*,
        row_number() over (order by started_at desc, run_id) as place
    from marts.rpt_loads
)

select
    finished_at,
    observed_on as day,
    data_source,
    app_mode,
    outcome,
    message,
    calls,
    rows_written,
    rows_rejected,
    duration_seconds
from placed
where place <= 60
order by place
