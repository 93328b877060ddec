with

audio_features as (
    select * from {{ ref('stg_spotify__audio_features') }}
),

ranked as (
    select
        audio_features.*,
        row_number() over (
            partition by audio_features.track_id
            order by
                case audio_features.provider when 'spotify' then 1 when 'reccobeats' then 2 else 3 end,
                audio_features.provider
        ) as trust_rank
    from audio_features
)

select * from ranked
