{{ config(indexes=rowstore_indexes(['genre_id'])) }}

with

genres as (
    select * from {{ ref('stg_spotify__genres') }}
),

dataset_genres as (
    select * from {{ ref('int_dataset_track_genres') }}
    where genre_id like 'name:%'
),

known as (
    select
        genre_id,
        genre_name
    from genres
    union all
    select
        genre_id,
        max(genre_name) as genre_name
    from dataset_genres
    group by genre_id
)

select
    {{ durable_key('genre_id') }} as genre_key,
    genre_id,
    genre_name
from known
