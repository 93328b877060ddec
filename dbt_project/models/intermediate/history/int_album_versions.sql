{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='album_id',
        on_schema_change='fail',
        indexes=rowstore_indexes(['album_id', 'valid_from']),
    )
}}

with

{{ version_ctes(ref('snap_albums'), 'album', [
    'album_name', 'album_type', 'release_date', 'release_date_precision', 'total_tracks', 'artist_ids',
]) }}

select * from versions
