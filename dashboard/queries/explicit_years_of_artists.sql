-- Current tracks by credited artist and release year, explicit or not.
with

tracks as (
    select
        credits.artist_durable_key,
        albums.release_year,
        dim_track.duration_ms,
        dim_track.is_explicit
    from marts.dim_track
    inner join marts.bridge_track_artist as credits
        on dim_track.track_key = credits.track_key
    left join marts.dim_album as albums
        on dim_track.album_durable_key = albums.album_durable_key and albums.is_current = 1
    where
        dim_track.is_current = 1
        and dim_track.origin <> 'heard'
        and credits.artist_durable_key in ({artists})
)

select
    artist_durable_key as artist,
    release_year,
    sum(case when is_explicit = 1 then 1 else 0 end) as explicit_tracks,
    sum(case when is_explicit = 1 then 0 else 1 end) as clean_tracks
from tracks
group by
    artist_durable_key,
    release_year
order by
    artist_durable_key,
    release_year
