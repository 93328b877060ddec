with

versions as (
    select * from {{ ref('int_track_versions') }}
),

inferred as (
    select * from {{ ref('int_inferred_tracks') }}
)

{{ select_known_versions('track', [
    'track_name', 'album_id', 'disc_number', 'track_number', 'duration_ms', 'is_explicit', 'artist_ids',
]) }}
