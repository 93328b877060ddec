{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        indexes=rowstore_indexes(['track_durable_key', 'track_key']),
        pre_hook="{{ delete_changed_objects(ref('dim_track'), 'track_durable_key') }}",
    )
}}

with

tracks as (
    select * from {{ ref('dim_track') }}
    where {{ is_not_built('track_durable_key') }}
),

parts as (
    select
        tracks.track_key,
        tracks.track_durable_key,
        tracks.changed_at,
        parts.value as artist_id,
        parts.ordinal
    from tracks
    {{ unnest_list('tracks.artist_ids', 'parts') }}
    where parts.value <> ''
)

select
    track_key,
    track_durable_key,
    {{ durable_key('artist_id') }} as artist_durable_key,
    cast(
        row_number() over (partition by track_key order by min(ordinal))
        as {{ type_for('integer') }}
    ) as credit_position,
    changed_at
from parts
group by
    track_key,
    track_durable_key,
    changed_at,
    artist_id
