with

source as (
    select * from {{ source('spotify', 'load_runs') }}
),

renamed as (
    select
        ---------- ids
        cast(run_id as {{ type_for('id') }}) as run_id,

        ---------- what was loaded, and how it ended
        observed_on,
        cast(source as {{ type_for('code') }}) as data_source,
        cast(app_mode as {{ type_for('code') }}) as app_mode,
        cast(outcome as {{ type_for('code') }}) as outcome,
        cast(message as {{ type_for('text') }}) as message,

        ---------- measures
        cast(calls as {{ type_for('bigint') }}) as calls,
        cast(retries as {{ type_for('bigint') }}) as retries,
        cast(refusals as {{ type_for('bigint') }}) as refusals,
        cast(seconds_waited as {{ type_for('float') }}) as seconds_waited,
        cast(rows_written as {{ type_for('bigint') }}) as rows_written,
        cast(rows_rejected as {{ type_for('bigint') }}) as rows_rejected,

        ---------- times
        {{ utc_timestamp('started_at') }} as started_at,
        {{ utc_timestamp('finished_at') }} as finished_at
    from source
)

select * from renamed
