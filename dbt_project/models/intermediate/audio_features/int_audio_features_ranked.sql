{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='track_id',
        on_schema_change='fail',
    )
}}

with

audio_features as (
    select * from {{ ref('stg_spotify__audio_features') }}
    {%- if is_incremental() %}
    where track_id in (
        select told.track_id
        from {{ ref('stg_spotify__audio_features') }} as told
        where
            told.loaded_at > (
                select coalesce(max(ranked.loaded_at), cast('1900-01-01' as {{ type_for('timestamp') }}))
                from {{ this }} as ranked
            )
    )
    {%- endif %}
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
