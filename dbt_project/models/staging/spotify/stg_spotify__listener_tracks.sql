with

source as (
    select * from {{ source('spotify', 'listener_tracks') }}
),

renamed as (
    select
        ---------- ids
        cast(id as {{ type_for('id') }}) as track_id,
        cast(album_id as {{ type_for('id') }}) as album_id,

        ---------- attributes
        cast(name as {{ type_for('text') }}) as track_name,
        cast(disc_number as {{ type_for('bigint') }}) as disc_number,
        cast(track_number as {{ type_for('bigint') }}) as track_number,
        cast(duration_ms as {{ type_for('bigint') }}) as duration_ms,
        cast(explicit as {{ type_for('boolean') }}) as is_explicit,
        cast(artist_ids as {{ type_for('id_list') }}) as artist_ids,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
