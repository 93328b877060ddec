with

saved as (
    select * from {{ ref('stg_spotify__saved_tracks') }}
),

listings as (
    select * from {{ ref('stg_spotify__library_listings') }}
    where listing = 'saved_tracks'
),

tracks as (
    select * from {{ ref('int_known_tracks') }}
),

savings as (
    select
        track_id,
        added_at,
        min(observed_on) as first_seen_on,
        max(observed_on) as last_seen_on,
        count(*) as days_seen,
        coalesce(cast({{ listening_time('added_at') }} as date), min(observed_on)) as saved_on
    from saved
    group by
        track_id,
        added_at
),

last_days as (
    select distinct last_seen_on from savings
),

-- What a later listing, read to its end, does not hold is not saved any more.
removals as (
    select
        last_days.last_seen_on,
        min(listings.observed_on) as removed_on
    from last_days
    inner join listings
        on last_days.last_seen_on < listings.observed_on
    group by last_days.last_seen_on
)

select
    ---------- keys
    tracks.track_key,
    tracks.track_durable_key,
    {{ date_key('savings.saved_on') }} as date_key,
    {{ date_key('removals.removed_on') }} as removed_date_key,
    savings.track_id,

    ---------- when
    savings.added_at as saved_at,
    savings.saved_on,
    savings.first_seen_on,
    savings.last_seen_on,
    removals.removed_on,
    case
        when removals.removed_on is null then {{ boolean_literal(true) }} else {{ boolean_literal(false) }}
    end as is_saved,

    ---------- measures
    cast(savings.days_seen as {{ type_for('bigint') }}) as days_seen
from savings
inner join tracks
    on
        savings.track_id = tracks.track_id
        and savings.saved_on >= tracks.valid_from
        and savings.saved_on < tracks.applies_until
left join removals
    on savings.last_seen_on = removals.last_seen_on
