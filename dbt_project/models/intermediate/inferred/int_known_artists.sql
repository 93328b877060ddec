with

versions as (
    select * from {{ ref('int_artist_versions') }}
),

inferred as (
    select * from {{ ref('int_inferred_artists') }}
)

select
    artist_key,
    artist_durable_key,
    artist_id,
    artist_name,
    genre_ids,
    valid_from,
    valid_to,
    is_current,
    applies_until,
    changed_at,
    {{ cast_text("'spotify'", 'code') }} as origin
from versions
union all
select
    {{ version_key('artist_id', beginning_of_time()) }} as artist_key,
    {{ durable_key('artist_id') }} as artist_durable_key,
    artist_id,
    artist_name,
    {{ cast_text('null', 'id_list') }} as genre_ids,
    {{ beginning_of_time() }} as valid_from,
    {{ end_of_time() }} as valid_to,
    {{ boolean_literal(true) }} as is_current,
    {{ end_of_time() }} as applies_until,
    changed_at,
    origin
from inferred
