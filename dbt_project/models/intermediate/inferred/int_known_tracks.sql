with

versions as (
    select * from {{ ref('int_track_versions') }}
),

inferred as (
    select * from {{ ref('int_inferred_tracks') }}
)

select
    track_key,
    track_durable_key,
    track_id,
    track_name,
    album_id,
    disc_number,
    track_number,
    duration_ms,
    is_explicit,
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
    {{ version_key('track_id', beginning_of_time()) }} as track_key,
    {{ durable_key('track_id') }} as track_durable_key,
    track_id,
    track_name,
    album_id,
    disc_number,
    track_number,
    duration_ms,
    is_explicit,
    artist_ids,
    {{ beginning_of_time() }} as valid_from,
    {{ end_of_time() }} as valid_to,
    {{ boolean_literal(true) }} as is_current,
    {{ end_of_time() }} as applies_until,
    changed_at,
    origin
from inferred
