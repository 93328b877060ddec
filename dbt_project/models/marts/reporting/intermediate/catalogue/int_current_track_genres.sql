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

dataset_genres as (
    select * from {{ ref('int_dataset_track_genres') }}
),

-- Two artists of a track may share a genre.
artist_told as (
    select distinct
        track_artists.track_key,
        artist_genres.genre_key
    from track_artists
    inner join artists
        on track_artists.artist_durable_key = artists.artist_durable_key
    inner join artist_genres
        on artists.artist_key = artist_genres.artist_key
),

-- What Spotify names goes before what datasets name.
track_genres as (
    select
        track_key,
        genre_key
    from artist_told
    union all
    select
        tracks.track_key,
        {{ durable_key('dataset_genres.genre_id') }} as genre_key
    from tracks
    inner join dataset_genres
        on tracks.track_id = dataset_genres.track_id
    left join artist_told
        on tracks.track_key = artist_told.track_key
    where artist_told.track_key is null
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
