-- The genres of these versions.
select
    bridge_artist_genre.artist_key,
    bridge_artist_genre.genre_position,
    dim_genre.genre_name
from marts.bridge_artist_genre
inner join marts.dim_genre
    on bridge_artist_genre.genre_key = dim_genre.genre_key
where bridge_artist_genre.artist_key in ({versions})
order by
    bridge_artist_genre.artist_key,
    bridge_artist_genre.genre_position
