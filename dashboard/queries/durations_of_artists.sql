-- Current tracks by credited artist, release decade and duration, in the steps of the mart.
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
),

placed as (
    select
        artist_durable_key,
        cast(floor(release_year / 10.0) * 10 as int) as decade,
        cast(floor(duration_ms / (1000.0 * {bucket_seconds})) as int) * {bucket_seconds} as from_seconds
    from tracks
    where duration_ms is not null
)

select
    artist_durable_key as artist,
    decade,
    from_seconds,
    from_seconds + {bucket_seconds} as to_seconds,
    count(*) as tracks
from placed
group by
    artist_durable_key,
    decade,
    from_seconds
order by
    artist_durable_key,
    decade,
    from_seconds
