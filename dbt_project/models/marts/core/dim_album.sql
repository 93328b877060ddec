{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='album_durable_key',
        on_schema_change='fail',
        indexes=rowstore_indexes(['album_durable_key', 'valid_from']),
    )
}}

with

versions as (
    select * from {{ ref('int_album_versions') }}
    where {{ changed_since_built() }}
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
    changed_at
from dated
