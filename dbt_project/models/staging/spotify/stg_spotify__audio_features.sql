with

source as (
    select * from {{ source('spotify', 'audio_features') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('track_id', 'id') }} as track_id,
        {{ cast_text('provider', 'code') }} as provider,

        ---------- features, those that were not detected as null
        cast(danceability as {{ type_for('float') }}) as danceability,
        cast(energy as {{ type_for('float') }}) as energy,
        cast(nullif({{ adapter.quote('key') }}, -1) as {{ type_for('bigint') }}) as musical_key,
        cast(mode as {{ type_for('bigint') }}) as musical_mode,
        cast(loudness as {{ type_for('float') }}) as loudness,
        cast(speechiness as {{ type_for('float') }}) as speechiness,
        cast(acousticness as {{ type_for('float') }}) as acousticness,
        cast(instrumentalness as {{ type_for('float') }}) as instrumentalness,
        cast(liveness as {{ type_for('float') }}) as liveness,
        cast(valence as {{ type_for('float') }}) as valence,
        cast(nullif(tempo, 0) as {{ type_for('float') }}) as tempo,
        cast(nullif(time_signature, 0) as {{ type_for('bigint') }}) as time_signature,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
    where is_known = {{ boolean_literal(true) }}
)

select * from renamed
