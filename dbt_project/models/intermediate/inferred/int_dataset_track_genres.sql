{{ config(materialized='table') }}

with

dataset_tracks as (
    select * from {{ ref('stg_spotify__dataset_tracks') }}
    where genre_name is not null
),

genres as (
    select * from {{ ref('stg_spotify__genres') }}
),

hashed_genres as (
    select
        {{ hex_md5_of_unicode('genre_name') }} as name_hash,
        min(genre_id) as genre_id
    from genres
    group by {{ hex_md5_of_unicode('genre_name') }}
),

named as (
    select
        track_id,
        {{ hex_md5_of_unicode('genre_name') }} as name_hash,
        max(genre_name) as genre_name
    from dataset_tracks
    group by
        track_id,
        {{ hex_md5_of_unicode('genre_name') }}
)

select
    named.track_id,
    {%- set told_genre_id %}
        coalesce(hashed_genres.genre_id, {{ dbt.concat(["'name:'", 'named.name_hash']) }})
    {%- endset %}
    {{ cast_text(told_genre_id, 'id') }} as genre_id,
    named.genre_name
from named
left join hashed_genres
    on named.name_hash = hashed_genres.name_hash
