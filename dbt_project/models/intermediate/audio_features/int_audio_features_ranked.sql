with

audio_features as (
    select * from {{ ref('stg_spotify__audio_features') }}
),

dataset_tracks as (
    select * from {{ ref('int_dataset_tracks') }}
    where has_features = {{ boolean_literal(true) }}
),

told as (
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
        0 as dataset_rank
    from audio_features
    union all
    select
        track_id,
        {{ cast_text(dbt.concat(["'dataset:'", 'dataset_name']), 'code') }} as provider,
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
        dataset_rank
    from dataset_tracks
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
            dataset_rank,
            provider
    ) as trust_rank
from told
