{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ delete_changed_objects(ref('int_known_albums'), 'album_durable_key') }}",
        indexes=rowstore_indexes(['album_durable_key', 'valid_from']),
    )
}}

with

versions as (
    select * from {{ ref('int_known_albums') }}
    where {{ is_not_built('album_durable_key') }}
),

dated as (
    select
        versions.*,
        {{ release_day('versions.release_date') }} as released_on
    from versions
)

select
    ---------- keys
    album_key,
    album_durable_key,
    album_id,

    ---------- attributes
    album_name,
    album_type,
    release_date,
    release_date_precision,
    released_on,
    cast(year(released_on) as {{ type_for('integer') }}) as release_year,
    total_tracks,
    artist_ids,

    ---------- validity
    valid_from,
    valid_to,
    is_current,
    changed_at,

    ---------- who told it
    origin
from dated
