{{ config(indexes=rowstore_indexes(['genre_id'])) }}

with

genres as (
    select * from {{ ref('stg_spotify__genres') }}
)

select
    {{ durable_key('genre_id') }} as genre_key,
    genre_id,
    genre_name
from genres
