with

versions as (
    select * from {{ ref('int_artist_versions') }}
),

inferred as (
    select
        artists.*,
        {{ cast_text('null', 'id_list') }} as genre_ids
    from {{ ref('int_inferred_artists') }} as artists
)

{{ select_known_versions('artist', ['artist_name', 'genre_ids']) }}
