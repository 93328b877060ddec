with

albums as (
    select * from {{ ref('dim_album') }}
    where is_current = {{ boolean_literal(true) }} and origin <> 'heard'
),

tracks as (
    select * from {{ ref('int_current_tracks') }}
),

released as (
    select
        albums.album_durable_key,
        albums.release_year,
        albums.album_type,
        tracks.track_durable_key,
        tracks.is_explicit,
        cast(tracks.duration_ms as {{ type_for('float') }}) / 1000 as seconds,
        row_number() over (
            partition by
                albums.release_year,
                albums.album_type,
                case when tracks.duration_ms is null then 1 else 0 end
            order by tracks.duration_ms
        ) as duration_rank,
        count(tracks.duration_ms) over (partition by albums.release_year, albums.album_type) as durations
    from albums
    left join tracks
        on albums.album_durable_key = tracks.album_durable_key
),

counted as (
    select
        release_year,
        album_type,
        count(distinct album_durable_key) as albums,
        count(track_durable_key) as tracks,
        sum(case when is_explicit = {{ boolean_literal(true) }} then 1 else 0 end) as explicit_tracks,
        {{ exact_mean('seconds') }} as mean_seconds,
        -- The duration in the middle, or the mean of the two.
        avg(
            case when 2 * duration_rank >= durations and 2 * duration_rank <= durations + 2 then seconds end
        ) as median_seconds
    from released
    group by
        release_year,
        album_type
)

select
    release_year,
    album_type,
    cast(albums as {{ type_for('bigint') }}) as albums,
    cast(tracks as {{ type_for('bigint') }}) as tracks,
    round(mean_seconds, 1) as mean_duration_seconds,
    round(median_seconds, 1) as median_duration_seconds,
    round(cast(explicit_tracks as {{ type_for('float') }}) / nullif(tracks, 0), 4) as explicit_share
from counted
