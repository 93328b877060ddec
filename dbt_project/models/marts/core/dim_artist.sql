with

versions as (
    select * from {{ ref('int_artist_versions') }}
)

select
    ---------- keys
    artist_key,
    artist_durable_key,
    artist_id,

    ---------- attributes
    artist_name,
    genre_ids,

    ---------- validity
    valid_from,
    valid_to,
    is_current
from versions
