with

track_genres as (
    select * from {{ ref('int_current_track_genres') }}
),

counted as (
    select
        release_year,
        genre_key,
        genre_name,
        count(*) as tracks,
        sum(case when is_explicit = {{ boolean_literal(true) }} then 1 else 0 end) as explicit_tracks
    from track_genres
    group by
        release_year,
        genre_key,
        genre_name
)

select
    release_year,
    genre_key,
    genre_name,
    cast(tracks as {{ type_for('bigint') }}) as tracks,
    cast(explicit_tracks as {{ type_for('bigint') }}) as explicit_tracks,
    cast(tracks - explicit_tracks as {{ type_for('bigint') }}) as clean_tracks,
    round(cast(explicit_tracks as {{ type_for('float') }}) / tracks, 4) as explicit_share
from counted
