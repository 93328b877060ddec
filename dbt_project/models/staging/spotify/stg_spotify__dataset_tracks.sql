with

source as (
    select * from {{ source('spotify', 'dataset_tracks') }}
),

renamed as (
    select
        ---------- ids
        cast(dataset as {{ type_for('code') }}) as dataset_name,
        cast(track_id as {{ type_for('id') }}) as track_id,
        cast(album_id as {{ type_for('id') }}) as album_id,

        ---------- attributes
        cast(track_name as {{ type_for('text') }}) as track_name,
        cast(artist_names as {{ type_for('text') }}) as artist_names,
        cast(album_name as {{ type_for('text') }}) as album_name,
        cast(release_date as {{ type_for('code') }}) as release_date,
        cast(genre as {{ type_for('text') }}) as genre_name,
        cast(subgenre as {{ type_for('text') }}) as subgenre_name,
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
