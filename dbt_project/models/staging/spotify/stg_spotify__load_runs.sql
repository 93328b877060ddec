with

source as (
    select * from {{ source('spotify', 'load_runs') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('run_id', 'id') }} as run_id,

        ---------- what was loaded, and how it ended
        observed_on,
        {{ cast_text('source', 'code') }} as data_source,
        {{ cast_text('app_mode', 'code') }} as app_mode,
        {{ cast_text('outcome', 'code') }} as outcome,
        {{ cast_text('message', 'text') }} as message,

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
