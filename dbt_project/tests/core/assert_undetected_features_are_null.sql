select
    track_id,
    provider,
    musical_key,
    tempo,
    time_signature
from {{ ref('stg_spotify__audio_features') }}
where
    musical_key = -1
    or tempo = 0
    or time_signature = 0
