{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['item_type', 'time_range', 'observed_on', 'item_rank'],
        on_schema_change='fail',
    )
}}

with

items as (
    select * from {{ ref('stg_spotify__top_items') }}
),

artists as (
    select * from {{ ref('int_known_artists') }}
),

tracks as (
    select * from {{ ref('int_known_tracks') }}
),

placed as (
    select
        items.*,
        artists.artist_key,
        artists.artist_durable_key,
        tracks.track_key,
        tracks.track_durable_key
    from items
    left join artists
        on
            items.item_type = 'artist'
            and items.item_id = artists.artist_id
            and items.observed_on >= artists.valid_from
            and items.observed_on < artists.applies_until
    left join tracks
        on
            items.item_type = 'track'
            and items.item_id = tracks.track_id
            and items.observed_on >= tracks.valid_from
            and items.observed_on < tracks.applies_until
    where artists.artist_key is not null or tracks.track_key is not null
),

{{ news_cte('placed', ['item_type', 'time_range', 'observed_on', 'item_rank'], ['artist_key', 'track_key']) }}

select
    ---------- keys
    artist_key,
    artist_durable_key,
    track_key,
    track_durable_key,
    {{ date_key('observed_on') }} as date_key,
    item_id,

    ---------- which favourite
    item_type,
    time_range,
    item_rank,

    ---------- observation
    observed_on,
    loaded_at
from news
