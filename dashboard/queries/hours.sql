-- Streams by year, day of the week and hour.
select
    calendar_year,
    day_of_week,
    day_name,
    hour_of_day,
    streams,
    minutes_played
from marts.rpt_listening_by_hour
order by
    calendar_year,
    day_of_week,
    hour_of_day
