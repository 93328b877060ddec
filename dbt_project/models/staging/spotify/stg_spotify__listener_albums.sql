with

source as (
    select * from {{ source('spotify', 'listener_albums') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('id', 'id') }} as album_id,

        ---------- attributes
        {{ cast_text('name', 'text') }} as album_name,
        {{ cast_text('album_type', 'code') }} as album_type,
        {{ cast_text('release_date', 'code') }} as release_date,
        {{ cast_text('release_date_precision', 'code') }} as release_date_precision,
        cast(total_tracks as {{ type_for('bigint') }}) as total_tracks,
        {{ cast_text('artist_ids', 'id_list') }} as artist_ids,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
