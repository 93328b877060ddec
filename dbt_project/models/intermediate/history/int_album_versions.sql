with

snapshot_rows as (
    select * from {{ ref('snap_albums') }}
),

{{ version_ctes('snapshot_rows', 'album', [
    'album_name', 'album_type', 'release_date', 'release_date_precision', 'total_tracks', 'artist_ids',
]) }}

select * from versions
