with

features as (
    select * from {{ ref('int_audio_features_ranked') }}
    where trust_rank = 1
),

versions as (
    select * from {{ ref('int_known_tracks') }}
)

select
    ---------- keys
    versions.track_key,
    versions.track_durable_key,
    {{ date_key('features.observed_on') }} as date_key,
    features.track_id,

    ---------- where they come from
    features.provider,

    ---------- measures
    features.danceability,
    features.energy,
    features.musical_key,
    features.musical_mode,
    features.loudness,
    features.speechiness,
    features.acousticness,
    features.instrumentalness,
    features.liveness,
    features.valence,
    features.tempo,
    features.time_signature,

    ---------- observation
    features.observed_on,
    features.loaded_at
from features
inner join versions
    on
        features.track_id = versions.track_id
        and features.observed_on >= versions.valid_from
        and features.observed_on < versions.applies_until
