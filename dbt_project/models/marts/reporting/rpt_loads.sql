with

load_runs as (
    select * from {{ ref('stg_spotify__load_runs') }}
)

select
    ---------- keys
    run_id,

    ---------- what was loaded, and how it ended
    observed_on,
    data_source,
    app_mode,
    outcome,
    message,

    ---------- measures
    calls,
    retries,
    refusals,
    seconds_waited,
    rows_written,
    rows_rejected,
    cast(
        {{ dbt.datediff('started_at', 'finished_at', 'second') | trim }}
        as {{ type_for('bigint') }}
    ) as duration_seconds,

    ---------- times
    started_at,
    finished_at
from load_runs
