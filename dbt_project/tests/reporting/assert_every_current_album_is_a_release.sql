with

albums as (
    select
        album_durable_key,
        coalesce(release_year, 0) as release_year
    from {{ ref('dim_album') }}
    where is_current = {{ boolean_literal(true) }} and origin <> 'heard'
),

tracks as (
    select
        album_durable_key,
        count(*) as tracks
    from {{ ref('dim_track') }}
    where is_current = {{ boolean_literal(true) }} and origin <> 'heard'
    group by album_durable_key
),

catalogue as (
    select
        albums.release_year,
        count(*) as albums,
        coalesce(sum(tracks.tracks), 0) as tracks
    from albums
    left join tracks
        on albums.album_durable_key = tracks.album_durable_key
    group by albums.release_year
),

released as (
    select
        coalesce(release_year, 0) as release_year,
        sum(albums) as albums,
        sum(tracks) as tracks
    from {{ ref('rpt_release_trends') }}
    group by coalesce(release_year, 0)
)

select
    coalesce(catalogue.release_year, released.release_year) as release_year,
    catalogue.albums,
    released.albums as released_albums,
    catalogue.tracks,
    released.tracks as released_tracks
from catalogue
full outer join released
    on catalogue.release_year = released.release_year
where
    coalesce(catalogue.albums, 0) <> coalesce(released.albums, 0)
    or coalesce(catalogue.tracks, 0) <> coalesce(released.tracks, 0)
