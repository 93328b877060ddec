-- Streams by month of the 30 most heard artists.
select
    artist_durable_key as artist,
    period_start as month,
    streams,
    minutes_played
from marts.rpt_top_artists
where period_type = 'month' and artist_durable_key in ({heard_artists})
order by
    period_start,
    artist_durable_key
