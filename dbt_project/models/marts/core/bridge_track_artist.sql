with

tracks as (
    select * from {{ ref('dim_track') }}
),

parts as (
    select
        tracks.track_key,
        parts.value as artist_id,
        parts.ordinal
    from tracks
    {{ unnest_list('tracks.artist_ids', 'parts') }}
    where parts.value <> ''
)

select
    track_key,
    {{ durable_key('artist_id') }} as artist_durable_key,
    cast(
        row_number() over (partition by track_key order by min(ordinal))
        as {{ type_for('integer') }}
    ) as credit_position
from parts
group by
    track_key,
    artist_id
