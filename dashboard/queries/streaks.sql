-- The longest streaks of days with listening, and all that are as long as the last of them.
select
    first_day,
    last_day,
    days,
    streams,
    minutes_played
from marts.rpt_listening_streaks
where length_rank <= 100
order by
    length_rank,
    first_day
