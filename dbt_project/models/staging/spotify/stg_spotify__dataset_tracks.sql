with

source as (
    select * from {{ source('spotify', 'dataset_tracks') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('dataset', 'code') }} as dataset_name,
        {{ cast_text('track_id', 'id') }} as track_id,
        {{ cast_text('album_id', 'id') }} as album_id,

        ---------- attributes
        {{ cast_text('track_name', 'text') }} as track_name,
        {{ cast_text('artist_names', 'text') }} as artist_names,
        {{ cast_text('album_name', 'text') }} as album_name,
        {{ cast_text('release_date', 'code') }} as release_date,
        {{ cast_text('genre', 'text') }} as genre_name,
        {{ cast_text('subgenre', 'text') }} as subgenre_name,
        cast(duration_ms as {{ type_for('bigint') }}) as duration_ms,
        cast(explicit as {{ type_for('boolean') }}) as is_explicit,
        cast(popularity as {{ type_for('bigint') }}) as popularity,

        ---------- features; those that were not detected are null already
        cast(danceability as {{ type_for('float') }}) as danceability,
        cast(energy as {{ type_for('float') }}) as energy,
        cast({{ adapter.quote('key') }} as {{ type_for('bigint') }}) as musical_key,
        cast(mode as {{ type_for('bigint') }}) as musical_mode,
        cast(loudness as {{ type_for('float') }}) as loudness,
        cast(speechiness as {{ type_for('float') }}) as speechiness,
        cast(acousticness as {{ type_for('float') }}) as acousticness,
        cast(instrumentalness as {{ type_for('float') }}) as instrumentalness,
        cast(liveness as {{ type_for('float') }}) as liveness,
        cast(valence as {{ type_for('float') }}) as valence,
        cast(tempo as {{ type_for('float') }}) as tempo,
        cast(time_signature as {{ type_for('bigint') }}) as time_signature,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
