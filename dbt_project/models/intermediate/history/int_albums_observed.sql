with

albums as (
    select * from {{ ref('stg_spotify__albums') }}
),

withdrawals as (
    select * from {{ ref('int_withdrawals') }}
    where object_type = 'album'
),

{{ availability_cte('albums', 'album', [
    'album_name', 'album_type', 'release_date', 'release_date_precision', 'total_tracks', 'artist_ids',
]) }}

select * from observed
