with

source as (
    select * from {{ source('spotify', 'plays') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('play_id', 'key') }} as play_id,
        {{ cast_text('track_id', 'id') }} as track_id,

        ---------- who told it
        {{ cast_text('source', 'code') }} as told_by,
        {{ cast_text('export_format', 'code') }} as export_format,

        ---------- what was played
        {{ cast_text('content_type', 'code') }} as content_type,
        {{ cast_text('track_name', 'text') }} as track_name,
        {{ cast_text('artist_name', 'text') }} as artist_name,
        {{ cast_text('album_name', 'text') }} as album_name,
        {{ cast_text('episode_name', 'text') }} as episode_name,
        {{ cast_text('show_name', 'text') }} as show_name,
        {{ cast_text('audiobook_title', 'text') }} as audiobook_title,
        {{ cast_text('chapter_title', 'text') }} as chapter_title,

        ---------- how
        {{ utc_timestamp('played_at') }} as played_at,
        cast(ms_played as {{ type_for('bigint') }}) as ms_played,
        {{ cast_text('context_uri', 'id') }} as context_uri,
        {{ cast_text('reason_start', 'code') }} as reason_start,
        {{ cast_text('reason_end', 'code') }} as reason_end,
        cast(shuffle as {{ type_for('boolean') }}) as is_shuffled,
        cast(skipped as {{ type_for('boolean') }}) as is_skipped,
        cast(offline as {{ type_for('boolean') }}) as is_offline,
        cast(incognito as {{ type_for('boolean') }}) as is_incognito,
        {{ cast_text('platform', 'text') }} as platform,
        {{ cast_text('country', 'code') }} as country,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
