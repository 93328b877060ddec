with

listener_tracks as (
    select * from {{ ref('stg_spotify__listener_tracks') }}
),

listener_albums as (
    select * from {{ ref('stg_spotify__listener_albums') }}
),

tracks as (
    select * from {{ ref('int_inferred_tracks') }}
    where origin = 'library'
),

albums as (
    select * from {{ ref('int_inferred_albums') }}
),

track_ids as (
    select distinct track_id from {{ ref('int_track_versions') }}
),

album_ids as (
    select distinct album_id from {{ ref('int_album_versions') }}
),

steps as (
    select
        'listener_tracks' as entity,
        2 as step,
        'staging' as from_layer,
        'intermediate' as to_layer,
        (select count(*) from listener_tracks) as rows_in,
        count(*) as rows_out,
        (
            select count(*)
            from listener_tracks as loaded
            inner join track_ids
                on loaded.track_id = track_ids.track_id
        ) as rows_dropped,
        'the track is also in the catalogue' as drop_reason
    from tracks
    union all
    select
        'listener_albums' as entity,
        2 as step,
        'staging' as from_layer,
        'intermediate' as to_layer,
        (select count(*) from listener_albums) as rows_in,
        count(*) as rows_out,
        (
            select count(*)
            from listener_albums as loaded
            left join albums as inferred
                on loaded.album_id = inferred.album_id
            left join album_ids
                on loaded.album_id = album_ids.album_id
            where album_ids.album_id is not null or inferred.album_id is null
        ) as rows_dropped,
        'the album, or each of its tracks, is also in the catalogue' as drop_reason
    from albums
    inner join listener_albums as told
        on albums.album_id = told.album_id
)

{{ select_steps() }}
