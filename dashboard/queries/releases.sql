-- Albums by release year and type.
select
    release_year,
    album_type,
    albums,
    tracks,
    median_duration_seconds
from marts.rpt_release_trends
order by
    release_year,
    album_type
