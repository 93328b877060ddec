-- The 15 fastest rising tracks of each day.
select
    artist_durable_key as artist,
    track_name,
    artist_name,
    observed_on as day,
    popularity,
    popularity_change_7d,
    momentum_score,
    momentum_rank
from marts.rpt_rising_tracks
where observed_on in ({recent_days}) and momentum_rank <= 15
order by
    observed_on,
    momentum_rank
