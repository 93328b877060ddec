with

source as (
    select * from {{ source('spotify', 'listener_albums') }}
),

renamed as (
    select
        ---------- ids
        cast(id as {{ type_for('id') }}) as album_id,

        ---------- attributes
        cast(name as {{ type_for('text') }}) as album_name,
        cast(album_type as {{ type_for('code') }}) as album_type,
        cast(release_date as {{ type_for('code') }}) as release_date,
        cast(release_date_precision as {{ type_for('code') }}) as release_date_precision,
        cast(total_tracks as {{ type_for('bigint') }}) as total_tracks,
        cast(artist_ids as {{ type_for('id_list') }}) as artist_ids,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
