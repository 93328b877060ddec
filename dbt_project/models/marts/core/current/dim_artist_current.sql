with

artists as (
    select * from {{ ref('dim_artist') }}
),

artist_genres as (
    select * from {{ ref('bridge_artist_genre') }}
),

genres as (
    select * from {{ ref('dim_genre') }}
),

ranked as (
    select
        artists.*,
        row_number() over (partition by artists.artist_id order by artists.valid_from desc) as place_from_last
    from artists
)

select
    ---------- keys
    ranked.artist_durable_key,
    ranked.artist_id,

    ---------- attributes
    ranked.artist_name,
    genres.genre_name as first_genre,

    ---------- validity
    ranked.valid_from,
    ranked.is_current as is_available
from ranked
left join artist_genres
    on
        ranked.artist_key = artist_genres.artist_key
        and artist_genres.genre_position = 1
left join genres
    on artist_genres.genre_key = genres.genre_key
where ranked.place_from_last = 1
