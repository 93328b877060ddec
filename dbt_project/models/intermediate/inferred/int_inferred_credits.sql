{{ config(materialized='table') }}

with

tracks as (
    select * from {{ ref('int_tracks_told') }}
),

artist_versions as (
    select * from {{ ref('int_artist_versions') }}
),

-- Datasets part the names of artists by semicolons; plays name one artist, as it is written.
named as (
    select
        tracks.track_id,
        tracks.loaded_at,
        parts.ordinal,
        trim(parts.value) as artist_name
    from tracks
    {{ unnest_list('tracks.artist_names', 'parts', ';') }}
    where tracks.origin = 'dataset' and trim(parts.value) <> ''
    union all
    select
        track_id,
        loaded_at,
        1 as ordinal,
        artist_names as artist_name
    from tracks
    where origin = 'heard' and artist_names <> ''
),

hashed as (
    select
        named.*,
        {{ hex_md5_of_unicode('named.artist_name') }} as name_hash
    from named
),

version_names as (
    select
        artist_id,
        changed_at,
        {{ hex_md5_of_unicode('artist_name') }} as name_hash
    from artist_versions
),

known_names as (
    select
        name_hash,
        min(artist_id) as artist_id,
        count(distinct artist_id) as artists,
        max(changed_at) as changed_at
    from version_names
    group by name_hash
)

select
    hashed.track_id,
    cast(hashed.ordinal as {{ type_for('integer') }}) as credit_position,
    {{ cast_text('hashed.artist_name', 'text') }} as artist_name,
    {%- set told_artist_id %}
        case
            when known_names.artists = 1 then known_names.artist_id
            else {{ dbt.concat(["'name:'", 'hashed.name_hash']) }}
        end
    {%- endset %}
    {{ cast_text(told_artist_id, 'id') }} as artist_id,
    case
        when known_names.changed_at > hashed.loaded_at then known_names.changed_at
        else hashed.loaded_at
    end as changed_at
from hashed
left join known_names
    on hashed.name_hash = known_names.name_hash
