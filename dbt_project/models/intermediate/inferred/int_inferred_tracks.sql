{{ config(materialized='table') }}

with

tracks as (
    select * from {{ ref('int_tracks_told') }}
),

credits as (
    select * from {{ ref('int_inferred_credits') }}
),

listed as (
    select
        track_id,
        {{ dbt.listagg(cast_text('artist_id', 'id_list'), "','", 'order by credit_position') | trim }}
            as artist_ids,
        max(case when credit_position = 1 then artist_id end) as first_artist_id,
        max(changed_at) as changed_at
    from credits
    group by track_id
)

select
    tracks.track_id,
    tracks.origin,
    tracks.track_name,
    -- An album that is known by name belongs to its first artist; one that nobody names is the track's own.
    {%- set told_album_id %}
        case
            when tracks.album_id is not null then tracks.album_id
            when tracks.album_name is not null
                then
                    {{ dbt.concat([
                        "'name:'", key_of_names(['tracks.album_name', 'listed.first_artist_id']),
                    ]) }}
            else {{ dbt.concat(["'of:'", 'tracks.track_id']) }}
        end
    {%- endset %}
    {{ cast_text(told_album_id, 'id') }} as album_id,
    tracks.album_name,
    tracks.release_date,
    listed.first_artist_id,
    tracks.disc_number,
    tracks.track_number,
    tracks.duration_ms,
    tracks.is_explicit,
    {{ cast_text('coalesce(tracks.artist_ids, listed.artist_ids)', 'id_list') }} as artist_ids,
    case
        when listed.changed_at > tracks.loaded_at then listed.changed_at
        else tracks.loaded_at
    end as changed_at
from tracks
left join listed
    on tracks.track_id = listed.track_id
