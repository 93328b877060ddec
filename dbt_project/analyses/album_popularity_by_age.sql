-- How long an album stays popular: its average popularity by the years between its release and the observation.
with

popularity as (
    select * from {{ ref('fct_album_popularity') }}
),

albums as (
    select * from {{ ref('dim_album') }}
),

aged as (
    select
        popularity.album_id,
        popularity.popularity,
        cast(
            floor({{ dbt.datediff('albums.released_on', 'popularity.observed_on', 'day') | trim }} / 365.25)
            as {{ type_for('integer') }}
        ) as years_since_release
    from popularity
    inner join albums
        on popularity.album_key = albums.album_key
    where albums.released_on <= popularity.observed_on
)

select
    years_since_release,
    count(distinct album_id) as albums,
    avg(1.0 * popularity) as average_popularity
from aged
group by years_since_release
order by years_since_release
