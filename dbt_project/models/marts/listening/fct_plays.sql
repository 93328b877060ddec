{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook=[
            "{{ delete_changed_objects(ref('int_play_days'), 'played_on') }}",
            "{{ delete_plays_of_changed_tracks(ref('int_known_tracks')) }}",
        ],
    )
}}

with

plays as (
    select * from {{ ref('int_plays_merged') }}
    where merged_into is null and {{ is_not_built('play_id') }}
),

tracks as (
    select * from {{ ref('int_known_tracks') }}
)

select
    ---------- keys
    plays.play_id,
    tracks.track_key,
    tracks.track_durable_key,
    {{ date_key('plays.played_on') }} as date_key,
    plays.track_id,

    ---------- when
    plays.played_at,
    plays.played_at_local,
    plays.played_on,
    cast({{ hour_of_day('plays.played_at_local') }} as {{ type_for('integer') }}) as hour_of_day,

    ---------- what, beside tracks
    plays.content_type,
    plays.episode_name,
    plays.show_name,
    plays.audiobook_title,
    plays.chapter_title,

    ---------- measures
    plays.ms_played,
    case
        when tracks.duration_ms > 0 and plays.ms_played >= tracks.duration_ms then 1
        when tracks.duration_ms > 0
            then round(cast(plays.ms_played as {{ type_for('float') }}) / tracks.duration_ms, 4)
    end as completion_share,
    case
        when coalesce(plays.ms_played, {{ var('stream_seconds') }} * 1000) >= {{ var('stream_seconds') }} * 1000
            then {{ boolean_literal(true) }}
        else {{ boolean_literal(false) }}
    end as is_stream,
    case
        when plays.is_skipped is not null then plays.is_skipped
        when plays.reason_end = 'fwdbtn' then {{ boolean_literal(true) }}
        when plays.reason_end is not null then {{ boolean_literal(false) }}
    end as is_skipped,

    ---------- how
    plays.context_uri,
    {%- set told_context_type %}
        case
            when plays.context_uri like 'spotify:playlist:%' then 'playlist'
            when plays.context_uri like 'spotify:album:%' then 'album'
            when plays.context_uri like 'spotify:artist:%' then 'artist'
            when plays.context_uri like 'spotify:show:%' then 'show'
            when plays.context_uri like 'spotify:%:collection%' then 'collection'
            when plays.context_uri is not null then 'other'
        end
    {%- endset %}
    {{ cast_text(told_context_type, 'code') }} as context_type,
    plays.reason_start,
    plays.reason_end,
    plays.is_shuffled,
    plays.is_offline,
    plays.is_incognito,
    plays.platform,
    plays.country,

    ---------- who told it
    plays.told_by,
    plays.export_format,
    plays.is_in_api,
    plays.loaded_at,
    plays.changed_at,
    tracks.changed_at as track_changed_at
from plays
left join tracks
    on
        plays.track_id = tracks.track_id
        and plays.played_on >= tracks.valid_from
        and plays.played_on < tracks.applies_until
