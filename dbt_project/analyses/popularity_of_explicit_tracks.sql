-- Do explicit tracks get more popular than clean ones: how popular they are, and what they gained since the first day.
with

popularity as (
    select * from {{ ref('fct_track_change') }}
),

tracks as (
    select * from {{ ref('dim_track_current') }}
),

by_track as (
    select
        track_durable_key,
        avg(1.0 * popularity) as popularity,
        sum(popularity_change) as popularity_change
    from popularity
    group by track_durable_key
)

select
    tracks.is_explicit,
    count(*) as tracks,
    avg(by_track.popularity) as average_popularity,
    avg(1.0 * by_track.popularity_change) as average_popularity_change
from by_track
inner join tracks
    on by_track.track_durable_key = tracks.track_durable_key
group by tracks.is_explicit
order by tracks.is_explicit
