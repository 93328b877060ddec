{{ config(indexes=rowstore_indexes(['playlist_id'])) }}

with

playlists as (
    select * from {{ ref('stg_spotify__playlists') }}
),

listings as (
    select * from {{ ref('stg_spotify__library_listings') }}
    where listing = 'playlists'
),

ordered as (
    select
        playlists.*,
        row_number() over (partition by playlists.playlist_id order by playlists.observed_on desc) as day_from_last,
        min(playlists.observed_on) over (partition by playlists.playlist_id) as first_seen_on
    from playlists
),

newest as (
    select * from ordered
    where day_from_last = 1
),

-- What a later listing, read to its end, does not hold is not in the library any more.
removals as (
    select
        newest.playlist_id,
        min(listings.observed_on) as removed_on
    from newest
    inner join listings
        on newest.observed_on < listings.observed_on
    group by newest.playlist_id
)

select
    ---------- keys
    {{ durable_key('newest.playlist_id') }} as playlist_key,
    newest.playlist_id,

    ---------- as it was seen last
    newest.playlist_name,
    newest.is_own,
    newest.is_public,
    newest.is_collaborative,
    newest.total_items,
    newest.items_state,

    ---------- in the library
    newest.first_seen_on,
    newest.observed_on as last_seen_on,
    removals.removed_on,
    case
        when removals.removed_on is null then {{ boolean_literal(true) }} else {{ boolean_literal(false) }}
    end as is_in_library
from newest
left join removals
    on newest.playlist_id = removals.playlist_id
