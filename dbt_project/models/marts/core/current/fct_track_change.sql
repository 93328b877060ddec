with

measurements as (
    select * from {{ ref('fct_track_popularity') }}
),

compared as (
    select
        measurements.*,
        lag(measurements.popularity) over (
            partition by measurements.track_id order by measurements.observed_on
        ) as popularity_before
    from measurements
)

select
    ---------- keys
    track_durable_key,
    date_key,
    track_id,

    ---------- measures
    popularity,
    popularity - popularity_before as popularity_change,

    ---------- observation
    observed_on
from compared
