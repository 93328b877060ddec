with

saved_tracks as (
    select * from {{ ref('stg_spotify__saved_tracks') }}
),

playlists as (
    select * from {{ ref('stg_spotify__playlists') }}
),

playlist_items as (
    select * from {{ ref('stg_spotify__playlist_items') }}
),

top_items as (
    select * from {{ ref('stg_spotify__top_items') }}
),

listings as (
    select * from {{ ref('stg_spotify__library_listings') }}
),

artist_ids as (
    select distinct artist_id from {{ ref('int_known_artists') }}
),

track_ids as (
    select distinct track_id from {{ ref('int_known_tracks') }}
),

saved_facts as (
    select * from {{ ref('fct_saved_tracks') }}
),

playlist_members as (
    select * from {{ ref('dim_playlist') }}
),

item_facts as (
    select * from {{ ref('fct_playlist_tracks') }}
),

favourite_facts as (
    select * from {{ ref('fct_top_items') }}
),

listing_facts as (
    select * from {{ ref('fct_library_listings') }}
),

savings as (
    select distinct
        track_id,
        added_at
    from saved_tracks
),

playlist_ids as (
    select distinct playlist_id from playlists
),

counted_savings as (
    select
        count(*) as all_rows,
        sum(case when track_ids.track_id is null then 1 else 0 end) as unknown_rows
    from savings
    left join track_ids
        on savings.track_id = track_ids.track_id
),

counted_items as (
    select
        count(*) as all_rows,
        sum(case when playlist_items.item_type = 'missing' then 1 else 0 end) as missing_rows,
        sum(
            case
                when playlist_items.item_type = 'missing' then 0
                when playlist_ids.playlist_id is null then 1
                when playlist_items.track_id is not null and track_ids.track_id is null then 1
                else 0
            end
        ) as unknown_rows
    from playlist_items
    left join playlist_ids
        on playlist_items.playlist_id = playlist_ids.playlist_id
    left join track_ids
        on playlist_items.track_id = track_ids.track_id
),

counted_favourites as (
    select
        count(*) as all_rows,
        sum(
            case
                when top_items.item_type = 'artist' and artist_ids.artist_id is not null then 0
                when top_items.item_type = 'track' and track_ids.track_id is not null then 0
                else 1
            end
        ) as unknown_rows
    from top_items
    left join artist_ids
        on top_items.item_id = artist_ids.artist_id
    left join track_ids
        on top_items.item_id = track_ids.track_id
),

steps as (
    select
        'saved_tracks' as entity,
        2 as step,
        'staging' as from_layer,
        'marts' as to_layer,
        (select count(*) from saved_tracks) as rows_in,
        all_rows as rows_out,
        (select count(*) from saved_tracks) - all_rows as rows_dropped,
        'an earlier day tells the same' as drop_reason
    from counted_savings
    union all
    select
        'saved_tracks' as entity,
        3 as step,
        'staging' as from_layer,
        'marts' as to_layer,
        all_rows as rows_in,
        (select count(*) from saved_facts) as rows_out,
        unknown_rows as rows_dropped,
        'the track itself was never loaded' as drop_reason
    from counted_savings
    union all
    select
        'playlists' as entity,
        2 as step,
        'staging' as from_layer,
        'marts' as to_layer,
        (select count(*) from playlists) as rows_in,
        (select count(*) from playlist_members) as rows_out,
        (select count(*) from playlists) - count(*) as rows_dropped,
        'a later day tells of the same playlist' as drop_reason
    from playlist_ids
    union all
    select
        'playlist_items' as entity,
        2 as step,
        'staging' as from_layer,
        'marts' as to_layer,
        all_rows as rows_in,
        all_rows - missing_rows as rows_out,
        missing_rows as rows_dropped,
        'what stood there is gone' as drop_reason
    from counted_items
    union all
    select
        'playlist_items' as entity,
        3 as step,
        'staging' as from_layer,
        'marts' as to_layer,
        all_rows - missing_rows as rows_in,
        (select count(*) from item_facts) as rows_out,
        unknown_rows as rows_dropped,
        'the playlist or the track itself was never loaded' as drop_reason
    from counted_items
    union all
    select
        'top_items' as entity,
        2 as step,
        'staging' as from_layer,
        'marts' as to_layer,
        all_rows as rows_in,
        (select count(*) from favourite_facts) as rows_out,
        unknown_rows as rows_dropped,
        'the artist or track itself was never loaded' as drop_reason
    from counted_favourites
    union all
    select
        'library_listings' as entity,
        2 as step,
        'staging' as from_layer,
        'marts' as to_layer,
        count(*) as rows_in,
        (select count(*) from listing_facts) as rows_out,
        0 as rows_dropped,
        null as drop_reason
    from listings
)

{{ select_steps() }}
