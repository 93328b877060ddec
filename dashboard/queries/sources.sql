-- What each source told last.
select
    data_source,
    max(observed_on) as observed_on,
    max(finished_at) as finished_at,
    count(*) as loads
from marts.rpt_loads
group by data_source
order by data_source
