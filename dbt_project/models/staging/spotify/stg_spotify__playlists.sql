with

source as (
    select * from {{ source('spotify', 'playlists') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('playlist_id', 'id') }} as playlist_id,

        ---------- attributes
        {{ cast_text('name', 'text') }} as playlist_name,
        cast(is_own as {{ type_for('boolean') }}) as is_own,
        cast(is_public as {{ type_for('boolean') }}) as is_public,
        cast(is_collaborative as {{ type_for('boolean') }}) as is_collaborative,
        cast(total_items as {{ type_for('bigint') }}) as total_items,
        {{ cast_text('items_state', 'code') }} as items_state,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
