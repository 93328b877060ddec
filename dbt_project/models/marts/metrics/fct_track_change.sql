with

measurements as (
    select * from {{ ref('fct_track_popularity') }}
),

compared as (
    select
        measurements.*,
        lag(popularity) over (partition by track_id order by observed_on) as popularity_before
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
