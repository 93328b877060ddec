with

versions as (
    select * from {{ ref('int_album_versions') }}
),

inferred as (
    select * from {{ ref('int_inferred_albums') }}
)

select
    album_key,
    album_durable_key,
    album_id,
    album_name,
    album_type,
    release_date,
    release_date_precision,
    total_tracks,
    artist_ids,
    valid_from,
    valid_to,
    is_current,
    applies_until,
    changed_at,
    {{ cast_text("'spotify'", 'code') }} as origin
from versions
union all
select
    {{ version_key('album_id', beginning_of_time()) }} as album_key,
    {{ durable_key('album_id') }} as album_durable_key,
    album_id,
    album_name,
    album_type,
    release_date,
    release_date_precision,
    total_tracks,
    artist_ids,
    {{ beginning_of_time() }} as valid_from,
    {{ end_of_time() }} as valid_to,
    {{ boolean_literal(true) }} as is_current,
    {{ end_of_time() }} as applies_until,
    changed_at,
    origin
from inferred
