-- Albums by credited artist, release year and type.
select
    credits.artist_durable_key as artist,
    albums.release_year,
    albums.album_type,
    count(*) as albums
from marts.dim_album as albums
inner join marts.bridge_album_artist as credits
    on albums.album_key = credits.album_key
where
    albums.is_current = 1
    and albums.origin <> 'heard'
    and credits.artist_durable_key in ({artists})
group by
    credits.artist_durable_key,
    albums.release_year,
    albums.album_type
order by
    credits.artist_durable_key,
    albums.release_year,
    albums.album_type
