with

artists as (
    select * from {{ ref('stg_spotify__artists') }}
),

credited_artists as (
    select * from {{ ref('stg_spotify__credited_artists') }}
),

withdrawals as (
    select * from {{ ref('int_withdrawals') }}
    where object_type = 'artist'
),

known as (
    select
        artists.genre_ids,
        coalesce(artists.artist_id, credited_artists.artist_id) as artist_id,
        -- The newest observation names the artist, and on the same day the full object does.
        case
            when artists.artist_id is null or credited_artists.observed_on > artists.observed_on
                then credited_artists.artist_name
            else artists.artist_name
        end as artist_name,
        case
            when artists.artist_id is null or credited_artists.observed_on > artists.observed_on
                then credited_artists.observed_on
            else artists.observed_on
        end as observed_on,
        case
            when artists.artist_id is null or credited_artists.loaded_at > artists.loaded_at
                then credited_artists.loaded_at
            else artists.loaded_at
        end as loaded_at
    from artists
    full outer join credited_artists
        on artists.artist_id = credited_artists.artist_id
),

{{ availability_cte('known', 'artist', ['artist_name', 'genre_ids']) }}

select * from observed
