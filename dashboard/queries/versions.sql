-- The versions of the artists to choose from, and of the 40 that changed last.
with

versions as (
    select
        dim_artist.*,
        count(*) over (partition by dim_artist.artist_durable_key) as versions,
        max(dim_artist.valid_from) over (partition by dim_artist.artist_durable_key) as changed_on
    from marts.dim_artist
),

placed as (
    select
        versions.*,
        dense_rank() over (
            order by
                case when versions.versions > 1 then 0 else 1 end,
                versions.changed_on desc,
                versions.artist_durable_key asc
        ) as place
    from versions
)

select
    artist_durable_key as artist,
    artist_key,
    artist_name,
    valid_from,
    valid_to,
    versions,
    case when place <= 40 then 1 else 0 end as is_recent
from placed
where artist_durable_key in ({artists}) or (place <= 40 and versions > 1)
order by
    changed_on desc,
    artist_durable_key asc,
    valid_from asc
