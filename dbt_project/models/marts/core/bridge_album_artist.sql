with

albums as (
    select * from {{ ref('dim_album') }}
),

parts as (
    select
        albums.album_key,
        parts.value as artist_id,
        parts.ordinal
    from albums
    {{ unnest_list('albums.artist_ids', 'parts') }}
    where parts.value <> ''
)

select
    album_key,
    {{ durable_key('artist_id') }} as artist_durable_key,
    cast(
        row_number() over (partition by album_key order by min(ordinal))
        as {{ type_for('integer') }}
    ) as credit_position
from parts
group by
    album_key,
    artist_id
