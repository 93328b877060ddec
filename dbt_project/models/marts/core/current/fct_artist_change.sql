with

measurements as (
    select * from {{ ref('fct_artist_popularity') }}
),

-- What was measured changes since it was last measured, so rows without a measure stand apart.
compared as (
    select
        measurements.*,
        lag(measurements.popularity) over (
            partition by measurements.artist_id, case when measurements.popularity is null then 0 else 1 end
            order by measurements.observed_on
        ) as popularity_before,
        lag(measurements.followers) over (
            partition by measurements.artist_id, case when measurements.followers is null then 0 else 1 end
            order by measurements.observed_on
        ) as followers_before
    from measurements
)

select
    ---------- keys
    artist_durable_key,
    date_key,
    artist_id,

    ---------- measures
    popularity,
    popularity - popularity_before as popularity_change,
    followers,
    followers - followers_before as followers_gained,

    ---------- observation
    observed_on
from compared
