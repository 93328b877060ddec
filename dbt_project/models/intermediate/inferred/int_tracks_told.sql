{{ config(materialized='table') }}

with

versions as (
    select * from {{ ref('int_track_versions') }}
),

listener_tracks as (
    select * from {{ ref('stg_spotify__listener_tracks') }}
),

dataset_tracks as (
    select * from {{ ref('int_dataset_tracks') }}
    where dataset_rank = 1
),

plays as (
    select * from {{ ref('int_plays_merged') }}
    where merged_into is null and track_id is not null
),

-- As it was called when it was heard first: that changes with older plays only.
heard as (
    select
        plays.*,
        row_number() over (partition by plays.track_id order by plays.played_at, plays.play_id) as play_of_track
    from plays
),

told as (
    select
        1 as trust_rank,
        'library' as origin,
        track_id,
        album_id,
        track_name,
        disc_number,
        track_number,
        duration_ms,
        is_explicit,
        artist_ids,
        {{ cast_text('null', 'text') }} as artist_names,
        {{ cast_text('null', 'text') }} as album_name,
        {{ cast_text('null', 'code') }} as release_date,
        loaded_at
    from listener_tracks
    union all
    select
        2 as trust_rank,
        'dataset' as origin,
        track_id,
        album_id,
        track_name,
        null as disc_number,
        null as track_number,
        duration_ms,
        is_explicit,
        null as artist_ids,
        artist_names,
        album_name,
        release_date,
        loaded_at
    from dataset_tracks
    union all
    select
        3 as trust_rank,
        'heard' as origin,
        track_id,
        null as album_id,
        track_name,
        null as disc_number,
        null as track_number,
        null as duration_ms,
        null as is_explicit,
        null as artist_ids,
        artist_name as artist_names,
        album_name,
        null as release_date,
        loaded_at
    from heard
    where play_of_track = 1
),

known as (
    select distinct track_id from versions
),

ranked as (
    select
        told.*,
        row_number() over (partition by told.track_id order by told.trust_rank) as place
    from told
    left join known
        on told.track_id = known.track_id
    where known.track_id is null
)

select
    track_id,
    {{ cast_text('origin', 'code') }} as origin,
    track_name,
    album_id,
    album_name,
    release_date,
    cast(disc_number as {{ type_for('bigint') }}) as disc_number,
    cast(track_number as {{ type_for('bigint') }}) as track_number,
    cast(duration_ms as {{ type_for('bigint') }}) as duration_ms,
    cast(is_explicit as {{ type_for('boolean') }}) as is_explicit,
    {{ cast_text('artist_ids', 'id_list') }} as artist_ids,
    artist_names,
    loaded_at
from ranked
where place = 1
