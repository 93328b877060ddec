-- Whose followers grew most, as a share of what they were: the 15 first of each day, over 1, 7 and 28 days.
with

changes as (
    select
        artist_durable_key,
        artist_name,
        observed_on,
        followers,
        followers_change_1d as gained,
        1 as over_days
    from marts.rpt_artist_popularity
    where observed_on in ({recent_days})
    union all
    select
        artist_durable_key,
        artist_name,
        observed_on,
        followers,
        followers_change_7d as gained,
        7 as over_days
    from marts.rpt_artist_popularity
    where observed_on in ({recent_days})
    union all
    select
        artist_durable_key,
        artist_name,
        observed_on,
        followers,
        followers_change_28d as gained,
        28 as over_days
    from marts.rpt_artist_popularity
    where observed_on in ({recent_days})
),

ranked as (
    select
        changes.*,
        100.0 * changes.gained / nullif(changes.followers - changes.gained, 0) as gained_percent,
        row_number() over (
            partition by changes.observed_on, changes.over_days
            order by
                1.0 * changes.gained / nullif(changes.followers - changes.gained, 0) desc, changes.artist_durable_key
        ) as place
    from changes
    where changes.gained > 0 and changes.followers > changes.gained
)

select
    artist_durable_key as artist,
    artist_name,
    observed_on as day,
    over_days,
    followers,
    gained,
    gained_percent
from ranked
where place <= 15
order by
    observed_on,
    over_days,
    place
