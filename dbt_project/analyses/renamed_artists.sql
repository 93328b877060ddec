-- Which artists took another name, and by when.
with

artists as (
    select * from {{ ref('dim_artist') }}
),

followed as (
    select
        artist_id,
        artist_name,
        lag(artist_name) over (partition by artist_id order by valid_from) as name_before,
        valid_from as renamed_by
    from artists
)

select
    artist_id,
    name_before,
    artist_name,
    renamed_by
from followed
where artist_name <> name_before
order by
    renamed_by,
    artist_id
