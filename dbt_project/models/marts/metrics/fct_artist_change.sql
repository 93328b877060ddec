with

measurements as (
    select * from {{ ref('fct_artist_popularity') }}
),

-- What was measured changes since it was last measured, so rows without a measure stand apart.
compared as (
    select
        measurements.*,
        lag(popularity) over (
            partition by artist_id, case when popularity is null then 0 else 1 end
            order by observed_on
        ) as popularity_before,
        lag(followers) over (
            partition by artist_id, case when followers is null then 0 else 1 end
            order by observed_on
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
