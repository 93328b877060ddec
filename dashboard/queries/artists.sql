-- The artists to choose from: the 50 most popular ones (in a warehouse without popularity those with most albums), and
-- the 30 most heard.
with

versions as (
    select
        artist_durable_key,
        artist_name,
        row_number() over (partition by artist_durable_key order by valid_from desc) as place_from_last
    from marts.dim_artist
),

newest as (
    select max(observed_on) as observed_on
    from marts.rpt_artist_popularity
),

measured as (
    select
        days.artist_durable_key,
        days.popularity,
        days.followers
    from marts.rpt_artist_popularity as days
    inner join newest
        on days.observed_on = newest.observed_on
),

credited as (
    select
        artist_durable_key,
        count(distinct album_key) as albums
    from marts.bridge_album_artist
    group by artist_durable_key
),

placed as (
    select
        versions.artist_durable_key,
        versions.artist_name,
        heard.streams,
        row_number() over (
            order by
                case when measured.popularity is null then 1 else 0 end,
                measured.popularity desc,
                case when measured.followers is null then 1 else 0 end,
                measured.followers desc,
                coalesce(credited.albums, 0) desc,
                versions.artist_durable_key
        ) as place,
        row_number() over (
            order by coalesce(heard.streams, 0) desc, versions.artist_durable_key
        ) as heard_place
    from versions
    left join measured
        on versions.artist_durable_key = measured.artist_durable_key
    left join credited
        on versions.artist_durable_key = credited.artist_durable_key
    left join marts.rpt_artists_heard as heard
        on versions.artist_durable_key = heard.artist_durable_key
    where versions.place_from_last = 1
)

select
    artist_durable_key,
    artist_name,
    heard_place
from placed
where place <= 50 or (heard_place <= 30 and streams > 0)
order by place
