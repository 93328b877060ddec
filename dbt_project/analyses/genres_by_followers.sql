-- Which genres have the most followers: an artist's followers on the newest day count for each of their genres.
with

popularity as (
    select * from {{ ref('fct_artist_popularity') }}
),

artist_genres as (
    select * from {{ ref('bridge_artist_genre') }}
),

genres as (
    select * from {{ ref('dim_genre') }}
),

ranked as (
    select
        artist_key,
        followers,
        row_number() over (partition by artist_durable_key order by observed_on desc) as place_from_last
    from popularity
    where followers is not null
)

select
    genres.genre_name,
    count(*) as artists,
    sum(ranked.followers) as followers
from ranked
inner join artist_genres
    on ranked.artist_key = artist_genres.artist_key
inner join genres
    on artist_genres.genre_key = genres.genre_key
where ranked.place_from_last = 1
group by genres.genre_name
order by followers desc
