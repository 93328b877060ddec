-- Popularity and followers of the artists to choose from, day by day.
select
    artist_durable_key as artist,
    observed_on as day,
    popularity_rank,
    popularity,
    followers,
    followers_change_7d,
    followers_change_28d
from marts.rpt_artist_popularity
where
    artist_durable_key in ({artists})
    and observed_on in ({days})
    and (popularity is not null or followers is not null)
order by
    observed_on,
    case when popularity_rank is null then 1 else 0 end,
    popularity_rank,
    artist_durable_key
