with

tracks as (
    select * from {{ ref('dim_track') }}
    where is_current = {{ boolean_literal(true) }} and origin <> 'heard'
),

albums as (
    select * from {{ ref('dim_album') }}
    where is_current = {{ boolean_literal(true) }}
)

select
    tracks.track_key,
    tracks.track_durable_key,
    tracks.track_id,
    tracks.album_durable_key,
    albums.release_year,
    tracks.duration_ms,
    tracks.is_explicit
from tracks
left join albums
    on tracks.album_durable_key = albums.album_durable_key
