with

rising_tracks as (
    select * from {{ ref('int_rising_tracks') }}
    where momentum_score > 0
),

track_versions as (
    select * from {{ ref('int_track_versions') }}
),

first_credits as (
    select * from {{ ref('bridge_track_artist') }}
    where credit_position = 1
),

artist_versions as (
    select * from {{ ref('int_artist_versions') }}
)

select
    ---------- keys
    track_versions.track_key,
    rising_tracks.track_durable_key,
    artist_versions.artist_durable_key,
    track_versions.track_id,
    rising_tracks.observed_on,

    ---------- names on the day
    track_versions.track_name,
    artist_versions.artist_name,

    ---------- measures
    rising_tracks.popularity,
    rising_tracks.popularity_change_7d,
    rising_tracks.popularity_change_28d,
    rising_tracks.momentum_score,
    rising_tracks.momentum_rank
from rising_tracks
inner join track_versions
    on
        rising_tracks.track_durable_key = track_versions.track_durable_key
        and rising_tracks.observed_on >= track_versions.valid_from
        and rising_tracks.observed_on < track_versions.applies_until
left join first_credits
    on track_versions.track_key = first_credits.track_key
left join artist_versions
    on
        first_credits.artist_durable_key = artist_versions.artist_durable_key
        and rising_tracks.observed_on >= artist_versions.valid_from
        and rising_tracks.observed_on < artist_versions.applies_until
