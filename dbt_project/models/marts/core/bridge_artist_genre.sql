with

artists as (
    select * from {{ ref('dim_artist') }}
),

parts as (
    select
        artists.artist_key,
        parts.value as genre_id,
        parts.ordinal
    from artists
    {{ unnest_list('artists.genre_ids', 'parts') }}
    where parts.value <> ''
)

select
    artist_key,
    {{ durable_key('genre_id') }} as genre_key,
    cast(
        row_number() over (partition by artist_key order by min(ordinal))
        as {{ type_for('integer') }}
    ) as genre_position
from parts
group by
    artist_key,
    genre_id
