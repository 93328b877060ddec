{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='artist_id',
        on_schema_change='fail',
        indexes=rowstore_indexes(['artist_id', 'valid_from']),
    )
}}

with

{{ version_ctes(ref('snap_artists'), 'artist', [
    'artist_name', 'genre_ids',
]) }}

select * from versions
