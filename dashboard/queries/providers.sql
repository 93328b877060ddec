-- Who told the audio features.
select
    provider,
    count(*) as tracks
from marts.fct_audio_features
group by provider
order by provider
