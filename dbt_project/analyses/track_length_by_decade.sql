-- Do tracks get shorter: how long they are, in seconds, by the decade in which their album was released.
with

tracks as (
    select * from {{ ref('dim_track_current') }}
),

albums as (
    select * from {{ ref('dim_album_current') }}
),

dated as (
    select
        tracks.duration_ms / 1000.0 as seconds,
        albums.release_year - albums.release_year % 10 as decade
    from tracks
    inner join albums
        on tracks.album_durable_key = albums.album_durable_key
    where
        tracks.is_available = {{ boolean_literal(true) }}
        and albums.release_year is not null
)

select
    decade,
    count(*) as tracks,
    avg(seconds) as average_seconds,
    min(seconds) as shortest_seconds,
    max(seconds) as longest_seconds
from dated
group by decade
order by decade
