with

snapshot_rows as (
    select * from {{ ref('snap_artists') }}
),

{{ version_ctes('snapshot_rows', 'artist', [
    'artist_name', 'genre_ids',
]) }}

select * from versions
