-- Who gained the most followers in the last four weeks: the last number less the first of the four weeks.
with

popularity as (
    select * from {{ ref('fct_artist_popularity') }}
),

artists as (
    select * from {{ ref('dim_artist_current') }}
),

newest as (
    select max(observed_on) as observed_on from popularity
),

recent as (
    select
        popularity.artist_durable_key,
        popularity.followers,
        row_number() over (
            partition by popularity.artist_durable_key order by popularity.observed_on
        ) as place_from_first,
        row_number() over (
            partition by popularity.artist_durable_key order by popularity.observed_on desc
        ) as place_from_last
    from popularity
    cross join newest
    where
        popularity.followers is not null
        and popularity.observed_on >= cast({{ dbt.dateadd('day', -28, 'newest.observed_on') }} as date)
)

select
    artists.artist_name,
    first_days.followers as followers_before,
    last_days.followers,
    last_days.followers - first_days.followers as followers_gained,
    100.0 * (last_days.followers - first_days.followers) / nullif(first_days.followers, 0) as percent_gained
from recent as first_days
inner join recent as last_days
    on
        first_days.artist_durable_key = last_days.artist_durable_key
        and last_days.place_from_last = 1
inner join artists
    on first_days.artist_durable_key = artists.artist_durable_key
where first_days.place_from_first = 1
order by followers_gained desc
