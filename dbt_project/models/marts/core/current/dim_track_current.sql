with

tracks as (
    select * from {{ ref('dim_track') }}
),

track_artists as (
    select * from {{ ref('bridge_track_artist') }}
),

albums as (
    select * from {{ ref('dim_album_current') }}
),

ranked as (
    select
        tracks.*,
        row_number() over (partition by tracks.track_id order by tracks.valid_from desc) as place_from_last
    from tracks
)

select
    ---------- keys
    ranked.track_durable_key,
    ranked.album_durable_key,
    track_artists.artist_durable_key,
    ranked.track_id,

    ---------- attributes
    ranked.track_name,
    ranked.duration_ms,
    ranked.is_explicit,
    albums.released_on,

    ---------- validity
    ranked.valid_from,
    ranked.is_current as is_available
from ranked
left join track_artists
    on
        ranked.track_key = track_artists.track_key
        and track_artists.credit_position = 1
left join albums
    on ranked.album_durable_key = albums.album_durable_key
where ranked.place_from_last = 1
