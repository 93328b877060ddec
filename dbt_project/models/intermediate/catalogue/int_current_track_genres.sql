with

tracks as (
    select * from {{ ref('int_current_tracks') }}
),

track_artists as (
    select * from {{ ref('bridge_track_artist') }}
),

artists as (
    select * from {{ ref('dim_artist') }}
    where is_current = {{ boolean_literal(true) }}
),

artist_genres as (
    select * from {{ ref('bridge_artist_genre') }}
),

genres as (
    select * from {{ ref('dim_genre') }}
),

-- Two artists of a track may share a genre.
track_genres as (
    select distinct
        track_artists.track_key,
        artist_genres.genre_key
    from track_artists
    inner join artists
        on track_artists.artist_durable_key = artists.artist_durable_key
    inner join artist_genres
        on artists.artist_key = artist_genres.artist_key
)

select
    tracks.track_durable_key,
    tracks.release_year,
    tracks.is_explicit,
    genres.genre_key,
    coalesce(genres.genre_name, {{ cast_text("'unknown'", 'text') }}) as genre_name
from tracks
left join track_genres
    on tracks.track_key = track_genres.track_key
left join genres
    on track_genres.genre_key = genres.genre_key
