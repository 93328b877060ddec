{%- set bucket_seconds = var('duration_bucket_seconds') -%}

with

tracks as (
    select * from {{ ref('int_current_tracks') }}
    where duration_ms is not null
),

placed as (
    select
        release_year,
        cast(floor(duration_ms / {{ bucket_seconds * 1000.0 }}) as {{ type_for('integer') }}) as bucket
    from tracks
),

counted as (
    select
        release_year,
        bucket,
        count(*) as tracks
    from placed
    group by
        release_year,
        bucket
)

select
    release_year,
    bucket * {{ bucket_seconds }} as from_seconds,
    (bucket + 1) * {{ bucket_seconds }} as to_seconds,
    cast(tracks as {{ type_for('bigint') }}) as tracks,
    round(
        cast(tracks as {{ type_for('float') }}) / sum(tracks) over (partition by release_year), 6
    ) as share_of_year
from counted
