with

albums as (
    select * from {{ ref('dim_album') }}
),

album_artists as (
    select * from {{ ref('bridge_album_artist') }}
),

ranked as (
    select
        albums.*,
        row_number() over (partition by albums.album_id order by albums.valid_from desc) as place_from_last
    from albums
)

select
    ---------- keys
    ranked.album_durable_key,
    album_artists.artist_durable_key,
    ranked.album_id,

    ---------- attributes
    ranked.album_name,
    ranked.album_type,
    ranked.released_on,
    ranked.release_year,

    ---------- validity
    ranked.valid_from,
    ranked.is_current as is_available
from ranked
left join album_artists
    on
        ranked.album_key = album_artists.album_key
        and album_artists.credit_position = 1
where ranked.place_from_last = 1
