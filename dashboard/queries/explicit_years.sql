-- Current tracks by release year, explicit or not.
select
    albums.release_year,
    sum(case when dim_track.is_explicit = 1 then 1 else 0 end) as explicit_tracks,
    sum(case when dim_track.is_explicit = 1 then 0 else 1 end) as clean_tracks
from marts.dim_track
left join marts.dim_album as albums
    on dim_track.album_durable_key = albums.album_durable_key and albums.is_current = 1
where dim_track.is_current = 1 and dim_track.origin <> 'heard'
group by albums.release_year
order by albums.release_year
