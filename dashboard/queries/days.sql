-- The days on which artists were measured.
select distinct observed_on
from marts.rpt_artist_popularity
where popularity is not null or followers is not null
order by observed_on
