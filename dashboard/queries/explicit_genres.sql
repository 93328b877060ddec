-- The 15 genres with most tracks: how many are explicit.
with

genres as (
    select
        genre_name,
        sum(tracks) as tracks,
        sum(explicit_tracks) as explicit_tracks
    from marts.rpt_explicit_by_year_and_genre
    where genre_key is not null
    group by genre_name
),

placed as (
    select
        genres.*,
        row_number() over (order by genres.tracks desc, genres.genre_name asc) as place
    from genres
)

select
    genre_name,
    tracks,
    explicit_tracks,
    1.0 * explicit_tracks / tracks as explicit_share
from placed
where place <= 15
order by place
