{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        indexes=rowstore_indexes(['artist_durable_key', 'artist_key']),
        pre_hook="{{ delete_changed_objects(ref('dim_artist'), 'artist_durable_key') }}",
    )
}}

with

artists as (
    select * from {{ ref('dim_artist') }}
    where {{ is_not_built('artist_durable_key') }}
),

parts as (
    select
        artists.artist_key,
        artists.artist_durable_key,
        artists.changed_at,
        parts.value as genre_id,
        parts.ordinal
    from artists
    {{ unnest_list('artists.genre_ids', 'parts') }}
    where parts.value <> ''
)

select
    artist_key,
    artist_durable_key,
    {{ durable_key('genre_id') }} as genre_key,
    cast(
        row_number() over (partition by artist_key order by min(ordinal))
        as {{ type_for('integer') }}
    ) as genre_position,
    changed_at
from parts
group by
    artist_key,
    artist_durable_key,
    changed_at,
    genre_id
