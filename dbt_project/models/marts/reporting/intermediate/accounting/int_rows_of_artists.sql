with

artists as (
    select * from {{ ref('stg_spotify__artists') }}
),

credited_artists as (
    select * from {{ ref('stg_spotify__credited_artists') }}
),

genres as (
    select * from {{ ref('stg_spotify__genres') }}
),

history as (
    select * from {{ ref('snap_artists') }}
    where dbt_valid_to is null
),

dim_genre as (
    select * from {{ ref('dim_genre') }}
    where genre_id not like 'name:%'
),

counted as (
    select
        count(artists.artist_id) as artists_out,
        count(*) - count(artists.artist_id) as credited_artists_out
    from history
    left join artists
        on history.artist_id = artists.artist_id
    left join credited_artists
        on history.artist_id = credited_artists.artist_id
    where artists.artist_id is not null or credited_artists.artist_id is not null
),

steps as (
    select
        'artists' as entity,
        2 as step,
        'staging' as from_layer,
        'snapshots' as to_layer,
        (select count(*) from artists) as rows_in,
        counted.artists_out as rows_out,
        0 as rows_dropped,
        {{ cast_text('null', 'code') }} as drop_reason
    from counted
    union all
    select
        'credited_artists' as entity,
        2 as step,
        'staging' as from_layer,
        'snapshots' as to_layer,
        (select count(*) from credited_artists) as rows_in,
        counted.credited_artists_out as rows_out,
        (
            select count(*)
            from credited_artists
            inner join artists
                on credited_artists.artist_id = artists.artist_id
        ) as rows_dropped,
        'the artist is also loaded in full' as drop_reason
    from counted
    union all
    select
        'genres' as entity,
        2 as step,
        'staging' as from_layer,
        'marts' as to_layer,
        (select count(*) from genres) as rows_in,
        count(*) as rows_out,
        0 as rows_dropped,
        {{ cast_text('null', 'code') }} as drop_reason
    from dim_genre
)

{{ select_steps() }}
