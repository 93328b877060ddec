with

artists as (
    select * from {{ ref('stg_spotify__artists') }}
),

albums as (
    select * from {{ ref('stg_spotify__albums') }}
),

tracks as (
    select * from {{ ref('stg_spotify__tracks') }}
),

absences as (
    select * from {{ ref('stg_spotify__absences') }}
),

last_seen as (
    select
        {{ cast_text("'artist'", 'code') }} as object_type,
        artist_id as object_id,
        observed_on
    from artists
    union all
    select
        {{ cast_text("'album'", 'code') }} as object_type,
        album_id as object_id,
        observed_on
    from albums
    union all
    select
        {{ cast_text("'track'", 'code') }} as object_type,
        track_id as object_id,
        observed_on
    from tracks
),

withdrawals as (
    select
        absences.object_type,
        absences.object_id,
        -- The first absence counts, not the latest: it is the same whenever dbt runs.
        min(absences.observed_on) as withdrawn_on,
        max(absences.loaded_at) as loaded_at
    from absences
    inner join last_seen
        on
            absences.object_type = last_seen.object_type
            and absences.object_id = last_seen.object_id
            and absences.observed_on > last_seen.observed_on
    group by
        absences.object_type,
        absences.object_id
)

select * from withdrawals
