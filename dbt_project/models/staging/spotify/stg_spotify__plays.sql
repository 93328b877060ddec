with

source as (
    select * from {{ source('spotify', 'plays') }}
),

renamed as (
    select
        ---------- ids
        cast(play_id as {{ type_for('key') }}) as play_id,
        cast(track_id as {{ type_for('id') }}) as track_id,

        ---------- who told it
        cast(source as {{ type_for('code') }}) as told_by,
        cast(export_format as {{ type_for('code') }}) as export_format,

        ---------- what was played
        cast(content_type as {{ type_for('code') }}) as content_type,
        cast(track_name as {{ type_for('text') }}) as track_name,
        cast(artist_name as {{ type_for('text') }}) as artist_name,
        cast(album_name as {{ type_for('text') }}) as album_name,
        cast(episode_name as {{ type_for('text') }}) as episode_name,
        cast(show_name as {{ type_for('text') }}) as show_name,
        cast(audiobook_title as {{ type_for('text') }}) as audiobook_title,
        cast(chapter_title as {{ type_for('text') }}) as chapter_title,

        ---------- how
        {{ utc_timestamp('played_at') }} as played_at,
        cast(ms_played as {{ type_for('bigint') }}) as ms_played,
        cast(context_uri as {{ type_for('id') }}) as context_uri,
        cast(reason_start as {{ type_for('code') }}) as reason_start,
        cast(reason_end as {{ type_for('code') }}) as reason_end,
        cast(shuffle as {{ type_for('boolean') }}) as is_shuffled,
        cast(skipped as {{ type_for('boolean') }}) as is_skipped,
        cast(offline as {{ type_for('boolean') }}) as is_offline,
        cast(incognito as {{ type_for('boolean') }}) as is_incognito,
        cast(platform as {{ type_for('text') }}) as platform,
        cast(country as {{ type_for('code') }}) as country,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
