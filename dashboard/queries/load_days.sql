-- The days that loads asked Spotify about; loads of files make no calls.
select distinct observed_on
from marts.rpt_loads
where calls is not null and observed_on is not null
order by observed_on
