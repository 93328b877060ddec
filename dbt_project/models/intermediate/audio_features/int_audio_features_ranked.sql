with

audio_features as (
    select * from {{ ref('stg_spotify__audio_features') }}
)

select
    track_id,
    provider,
    danceability,
    energy,
    musical_key,
    musical_mode,
    loudness,
    speechiness,
    acousticness,
    instrumentalness,
    liveness,
    valence,
    tempo,
    time_signature,
    observed_on,
    loaded_at,
    row_number() over (
        partition by track_id
        order by
            case provider when 'spotify' then 1 when 'reccobeats' then 2 else 3 end,
            provider
    ) as trust_rank
from audio_features
