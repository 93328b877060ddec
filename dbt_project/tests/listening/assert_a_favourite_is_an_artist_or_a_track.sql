select
    item_type,
    item_id,
    observed_on
from {{ ref('fct_top_items') }}
where
    (item_type = 'artist' and (artist_key is null or track_key is not null))
    or (item_type = 'track' and (track_key is null or artist_key is not null))
