{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='track_durable_key',
        on_schema_change='fail',
        indexes=rowstore_indexes(['track_durable_key', 'valid_from']),
    )
}}

with

versions as (
    select * from {{ ref('int_track_versions') }}
    where {{ changed_since_built() }}
)

select
    ---------- keys
    track_key,
    track_durable_key,
    {{ durable_key('album_id') }} as album_durable_key,
    track_id,
    album_id,

    ---------- attributes
    track_name,
    disc_number,
    track_number,
    duration_ms,
    is_explicit,
    artist_ids,

    ---------- validity
    valid_from,
    valid_to,
    is_current,
    changed_at
from versions
