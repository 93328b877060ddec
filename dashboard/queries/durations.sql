-- Current tracks by release decade and duration.
select
    cast(floor(release_year / 10.0) * 10 as int) as decade,
    from_seconds,
    to_seconds,
    sum(tracks) as tracks
from marts.rpt_track_duration_distribution
group by
    cast(floor(release_year / 10.0) * 10 as int),
    from_seconds,
    to_seconds
order by
    cast(floor(release_year / 10.0) * 10 as int),
    from_seconds
