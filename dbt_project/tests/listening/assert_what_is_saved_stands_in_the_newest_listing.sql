with

listed as (
    select track_id
    from {{ ref('stg_spotify__saved_tracks') }}
    where
        observed_on = (
            select max(listings.observed_on)
            from {{ ref('stg_spotify__library_listings') }} as listings
            where listings.listing = 'saved_tracks'
        )
),

saved as (
    select track_id
    from {{ ref('fct_saved_tracks') }}
    where is_saved = {{ boolean_literal(true) }}
)

select
    listed.track_id,
    saved.track_id as saved_track_id
from listed
full outer join saved
    on listed.track_id = saved.track_id
where listed.track_id is null or saved.track_id is null
