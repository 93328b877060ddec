with

tracks as (
    select * from {{ ref('stg_spotify__tracks') }}
),

withdrawals as (
    select * from {{ ref('int_withdrawals') }}
    where object_type = 'track'
),

{{ availability_cte('tracks', 'track', [
    'track_name', 'album_id', 'disc_number', 'track_number', 'duration_ms', 'is_explicit', 'artist_ids',
]) }}

select * from observed
