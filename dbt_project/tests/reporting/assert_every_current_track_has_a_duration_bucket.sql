with

bucketed as (
    select
        coalesce(release_year, 0) as release_year,
        sum(tracks) as tracks
    from {{ ref('rpt_track_duration_distribution') }}
    group by coalesce(release_year, 0)
),

current_tracks as (
    select
        coalesce(release_year, 0) as release_year,
        count(*) as tracks
    from {{ ref('int_current_tracks') }}
    where duration_ms is not null
    group by coalesce(release_year, 0)
)

select
    coalesce(bucketed.release_year, current_tracks.release_year) as release_year,
    bucketed.tracks as bucketed_tracks,
    current_tracks.tracks as current_tracks
from bucketed
full outer join current_tracks
    on bucketed.release_year = current_tracks.release_year
where coalesce(bucketed.tracks, 0) <> coalesce(current_tracks.tracks, 0)
