{{ config(materialized='table') }}

{%- set features = [
    'danceability', 'energy', 'musical_key', 'musical_mode', 'loudness', 'speechiness', 'acousticness',
    'instrumentalness', 'liveness', 'valence', 'tempo', 'time_signature',
] -%}
{#- Any order serves that is the same for the same rows on every engine. -#}
{%- set texts = [
    'track_name', 'artist_names', 'album_id', 'album_name', 'release_date', 'genre_name', 'subgenre_name',
] %}

with

dataset_tracks as (
    select * from {{ ref('stg_spotify__dataset_tracks') }}
),

counted as (
    select
        dataset_tracks.*,
        {%- for feature in features %}
        case when dataset_tracks.{{ feature }} is null then 0 else 1 end
        {%- if not loop.last %} +{% endif -%}
        {%- endfor %} as features_told
    from dataset_tracks
),

ranked as (
    select
        counted.*,
        row_number() over (
            partition by counted.dataset_name, counted.track_id
            order by
                counted.features_told desc,
                coalesce(counted.popularity, -1) desc,
                {{ key_of_names(texts) }},
                coalesce(counted.duration_ms, -1),
                coalesce(counted.loudness, -1000),
                coalesce(counted.energy, -1),
                coalesce(counted.tempo, -1)
        ) as row_of_track
    from counted
)

select
    dataset_name,
    track_id,
    album_id,
    track_name,
    artist_names,
    album_name,
    release_date,
    duration_ms,
    is_explicit,
    {%- for feature in features %}
    {{ feature }},
    {%- endfor %}
    case when features_told > 0 then {{ boolean_literal(true) }} else {{ boolean_literal(false) }} end as has_features,
    observed_on,
    loaded_at,
    cast(
        row_number() over (partition by track_id order by loaded_at desc, {{ hex_md5('dataset_name') }})
        as {{ type_for('integer') }}
    ) as dataset_rank
from ranked
where row_of_track = 1
