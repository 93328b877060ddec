with

streams as (
    select * from {{ ref('int_track_streams') }}
    where artist_durable_key is not null
),

artists as (
    select * from {{ ref('dim_artist_current') }}
),

tracks as (
    select * from {{ ref('dim_track_current') }}
),

heard as (
    select
        artist_durable_key,
        min(played_on) as first_heard_on,
        max(played_on) as last_heard_on,
        max(case when stream_of_artist = 1 then track_durable_key end) as first_track_durable_key,
        count(*) as streams,
        count(distinct track_durable_key) as tracks,
        count(distinct played_on) as days_heard,
        coalesce(sum(ms_played), 0) as ms_played
    from streams
    group by artist_durable_key
)

select
    ---------- keys
    heard.artist_durable_key,
    heard.first_track_durable_key,

    ---------- names as they are now
    artists.artist_name,
    tracks.track_name as first_track_name,

    ---------- when
    heard.first_heard_on,
    heard.last_heard_on,

    ---------- measures
    cast(heard.streams as {{ type_for('bigint') }}) as streams,
    cast(heard.tracks as {{ type_for('bigint') }}) as tracks,
    cast(heard.days_heard as {{ type_for('bigint') }}) as days_heard,
    round(cast(heard.ms_played as {{ type_for('float') }}) / 60000, 1) as minutes_played
from heard
inner join artists
    on heard.artist_durable_key = artists.artist_durable_key
inner join tracks
    on heard.first_track_durable_key = tracks.track_durable_key
