with

versions as (
    select * from {{ ref('int_album_versions') }}
),

inferred as (
    select * from {{ ref('int_inferred_albums') }}
)

{{ select_known_versions('album', [
    'album_name', 'album_type', 'release_date', 'release_date_precision', 'total_tracks', 'artist_ids',
]) }}
