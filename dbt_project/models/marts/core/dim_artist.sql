{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ delete_changed_objects(ref('int_known_artists'), 'artist_durable_key') }}",
        indexes=rowstore_indexes(['artist_durable_key', 'valid_from']),
    )
}}

with

versions as (
    select * from {{ ref('int_known_artists') }}
    where {{ is_not_built('artist_durable_key') }}
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
    changed_at,

    ---------- who told it
    origin
from versions
