-- Listening by month: how much, how much of it for the first time, and what it sounds like.
select
    first_day_of_month as month,
    streams,
    minutes_played,
    new_tracks,
    streams - new_tracks as known_tracks,
    streams_with_features,
    energy,
    valence,
    danceability,
    acousticness
from marts.rpt_listening_months
order by first_day_of_month
