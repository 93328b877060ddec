{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['playlist_id', 'observed_on', 'item_position'],
        on_schema_change='fail',
    )
}}

with

items as (
    select * from {{ ref('stg_spotify__playlist_items') }}
    where item_type <> 'missing'
),

playlists as (
    select * from {{ ref('dim_playlist') }}
),

tracks as (
    select * from {{ ref('int_known_tracks') }}
),

placed as (
    select
        items.*,
        playlists.playlist_key,
        tracks.track_key,
        tracks.track_durable_key
    from items
    inner join playlists
        on items.playlist_id = playlists.playlist_id
    left join tracks
        on
            items.track_id = tracks.track_id
            and items.observed_on >= tracks.valid_from
            and items.observed_on < tracks.applies_until
    where items.track_id is null or tracks.track_key is not null
),

{{ news_cte('placed', ['playlist_id', 'observed_on', 'item_position'], ['track_key']) }}

select
    ---------- keys
    playlist_key,
    track_key,
    track_durable_key,
    {{ date_key('observed_on') }} as date_key,
    playlist_id,
    track_id,

    ---------- what stands where
    item_position,
    item_type,
    item_name,
    item_uri,

    ---------- who added it, and when
    added_at,
    is_added_by_listener,

    ---------- observation
    observed_on,
    loaded_at
from news
