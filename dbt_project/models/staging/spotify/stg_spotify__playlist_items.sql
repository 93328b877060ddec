with

source as (
    select * from {{ source('spotify', 'playlist_items') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('playlist_id', 'id') }} as playlist_id,
        cast(position as {{ type_for('integer') }}) as item_position,
        {{ cast_text('track_id', 'id') }} as track_id,

        ---------- attributes
        {{ cast_text('item_type', 'code') }} as item_type,
        {{ cast_text('item_name', 'text') }} as item_name,
        {{ cast_text('uri', 'text') }} as item_uri,
        {{ utc_timestamp('added_at') }} as added_at,
        cast(is_added_by_listener as {{ type_for('boolean') }}) as is_added_by_listener,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
