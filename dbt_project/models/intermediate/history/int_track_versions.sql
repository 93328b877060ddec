with

snapshot_rows as (
    select * from {{ ref('snap_tracks') }}
),

{{ version_ctes('snapshot_rows', 'track', [
    'track_name', 'album_id', 'disc_number', 'track_number', 'duration_ms', 'is_explicit', 'artist_ids',
]) }}

select * from versions
