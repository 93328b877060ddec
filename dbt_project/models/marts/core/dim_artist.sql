{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='artist_durable_key',
        on_schema_change='fail',
        indexes=rowstore_indexes(['artist_durable_key', 'valid_from']),
    )
}}

with

versions as (
    select * from {{ ref('int_artist_versions') }}
    where {{ changed_since_built() }}
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
    is_current,
    changed_at
from versions
