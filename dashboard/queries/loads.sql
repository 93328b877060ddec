-- The newest 60 loads.
with

placed as (
    select
        rpt_loads.*,
        row_number() over (order by rpt_loads.started_at desc, rpt_loads.run_id asc) as place
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
