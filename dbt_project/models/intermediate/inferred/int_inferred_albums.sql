{{ config(materialized='table') }}

with

tracks as (
    select * from {{ ref('int_inferred_tracks') }}
),

listener_albums as (
    select * from {{ ref('stg_spotify__listener_albums') }}
),

versions as (
    select * from {{ ref('int_album_versions') }}
),

known as (
    select distinct album_id from versions
),

-- Of the tracks that tell of an album, one is taken at its word: the most trusted, told last.
ranked as (
    select
        tracks.*,
        row_number() over (
            partition by tracks.album_id
            order by
                case tracks.origin when 'library' then 1 when 'dataset' then 2 else 3 end asc,
                tracks.changed_at desc,
                tracks.track_id asc
        ) as place
    from tracks
    left join known
        on tracks.album_id = known.album_id
    where known.album_id is null
)

select
    ranked.album_id,
    {{ cast_text("case when listener_albums.album_id is null then ranked.origin else 'library' end", 'code') }}
        as origin,
    coalesce(listener_albums.album_name, ranked.album_name) as album_name,
    listener_albums.album_type,
    coalesce(listener_albums.release_date, ranked.release_date) as release_date,
    {%- set told_release_date_precision %}
        case
            when listener_albums.release_date is not null then listener_albums.release_date_precision
            when ranked.release_date like '____' then 'year'
            when ranked.release_date like '____-__' then 'month'
            when ranked.release_date like '____-__-__' then 'day'
        end
    {%- endset %}
    {{ cast_text(told_release_date_precision, 'code') }} as release_date_precision,
    listener_albums.total_tracks,
    {{ cast_text('coalesce(listener_albums.artist_ids, ranked.first_artist_id)', 'id_list') }} as artist_ids,
    case
        when listener_albums.loaded_at > ranked.changed_at then listener_albums.loaded_at
        else ranked.changed_at
    end as changed_at
from ranked
left join listener_albums
    on ranked.album_id = listener_albums.album_id
where ranked.place = 1
