{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ delete_changed_objects(ref('int_play_days'), 'played_on') }}",
    )
}}

{%- set near = var('same_play_seconds') %}

with

days as (
    select * from {{ ref('int_play_days') }}
    where {{ is_not_built('played_on') }}
),

-- A play may have its twin on the day before or after.
near_days as (
    select played_on from days
    union
    select cast({{ dbt.dateadd('day', -1, 'played_on') }} as date) as played_on from days
    union
    select cast({{ dbt.dateadd('day', 1, 'played_on') }} as date) as played_on from days
),

near_plays as (
    select
        plays.play_id,
        plays.told_by,
        plays.export_format,
        plays.track_id,
        plays.played_at,
        plays.context_uri,
        coalesce(plays.ms_played, 0) as ms_played,
        floor(coalesce(plays.ms_played, 0) / 1000.0) as seconds_played,
        {{ dbt.datediff("cast('2000-01-01' as " ~ type_for('timestamp') ~ ")", 'plays.played_at', 'minute') | trim }}
            as minute_number,
        case
            when coalesce(plays.track_name, plays.episode_name, plays.chapter_title) is not null
                then
                    {{ key_of_names([
                        'coalesce(plays.track_name, plays.episode_name, plays.chapter_title)',
                        'coalesce(plays.artist_name, plays.show_name, plays.audiobook_title)',
                    ]) }}
        end as names_key
    from {{ ref('stg_spotify__plays') }} as plays
    inner join near_days
        on cast({{ listening_time('plays.played_at') }} as date) = near_days.played_on
),

extended as (
    select * from near_plays
    where told_by = 'export' and export_format = 'extended'
),

basic as (
    select * from near_plays
    where told_by = 'export' and export_format = 'basic'
),

api as (
    select * from near_plays
    where told_by = 'api'
),

basic_merged as (
    select distinct basic.play_id
    from basic
    inner join extended
        on
            basic.names_key = extended.names_key
            and basic.minute_number = extended.minute_number
            and basic.ms_played = extended.ms_played
),

exported as (
    select
        extended.*,
        0 as slack
    from extended
    union all
    -- These end somewhere in their minute.
    select
        basic.*,
        59 as slack
    from basic
),

candidates as (
    {%- for known_by in ['track_id', 'names_key'] %}
    select
        api.play_id as api_play_id,
        exported.play_id as export_play_id,
        exported.slack,
        exported.seconds_played,
        api.track_id,
        api.context_uri,
        {{ dbt.datediff('exported.played_at', 'api.played_at', 'second') | trim }} as seconds_after
    from api
    inner join exported
        on api.{{ known_by }} = exported.{{ known_by }}
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
),

-- Some players tell a play's start instead of its end.
twins as (
    select
        candidates.*,
        row_number() over (
            partition by candidates.export_play_id
            order by
                case when candidates.context_uri is null then 1 else 0 end,
                abs(candidates.seconds_after),
                candidates.api_play_id
        ) as place
    from candidates
    where
        candidates.seconds_after between -{{ near }} and candidates.slack + {{ near }}
        or candidates.seconds_after + candidates.seconds_played between -{{ near }} and candidates.slack + {{ near }}
),

api_merged as (
    select distinct api_play_id as play_id from twins
),

-- Not what is read above: an engine that sets a CTE down when it is read twice would set down every column.
plays as (
    select
        stg_plays.*,
        {{ listening_time('stg_plays.played_at') }} as played_at_local,
        cast({{ listening_time('stg_plays.played_at') }} as date) as played_on
    from {{ ref('stg_spotify__plays') }} as stg_plays
)

select
    plays.play_id,
    plays.played_on,
    plays.played_at,
    plays.played_at_local,
    plays.told_by,
    plays.export_format,
    plays.content_type,
    -- A track without an id has the one that the API tells of the same play, else is known by its names.
    {%- set told_track_id %}
        case
            when plays.track_id is not null then plays.track_id
            when plays.track_name is not null and twins_told.track_id is not null then twins_told.track_id
            when plays.track_name is not null
                then {{ dbt.concat(["'name:'", key_of_names(['plays.track_name', 'plays.artist_name'])]) }}
        end
    {%- endset %}
    {{ cast_text(told_track_id, 'id') }} as track_id,
    plays.track_name,
    plays.artist_name,
    plays.album_name,
    plays.episode_name,
    plays.show_name,
    plays.audiobook_title,
    plays.chapter_title,
    plays.ms_played,
    coalesce(plays.context_uri, twins_told.context_uri) as context_uri,
    plays.reason_start,
    plays.reason_end,
    plays.is_shuffled,
    plays.is_skipped,
    plays.is_offline,
    plays.is_incognito,
    plays.platform,
    plays.country,
    {%- set told_merged_into %}
        case
            when basic_merged.play_id is not null then 'extended export'
            when api_merged.play_id is not null then 'export'
        end
    {%- endset %}
    {{ cast_text(told_merged_into, 'code') }} as merged_into,
    case
        when plays.told_by = 'api' or twins_told.export_play_id is not null
            then {{ boolean_literal(true) }}
        else {{ boolean_literal(false) }}
    end as is_in_api,
    plays.loaded_at,
    days.changed_at
from plays
inner join days
    on plays.played_on = days.played_on
left join basic_merged
    on plays.play_id = basic_merged.play_id
left join api_merged
    on plays.play_id = api_merged.play_id
left join twins as twins_told
    on
        plays.play_id = twins_told.export_play_id
        and twins_told.place = 1
