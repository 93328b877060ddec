{%- set averaged = [
    'danceability', 'energy', 'loudness', 'speechiness', 'acousticness', 'instrumentalness', 'liveness', 'valence',
    'tempo',
] -%}

with

track_genres as (
    select * from {{ ref('int_current_track_genres') }}
),

features as (
    select * from {{ ref('fct_audio_features') }}
),

placed as (
    select
        track_genres.track_durable_key,
        track_genres.genre_key,
        track_genres.genre_name,
        cast(floor(track_genres.release_year / 10.0) * 10 as {{ type_for('integer') }}) as release_decade
    from track_genres
)

select
    placed.release_decade,
    placed.genre_key,
    placed.genre_name,
    cast(count(*) as {{ type_for('bigint') }}) as tracks,
    cast(count(features.track_durable_key) as {{ type_for('bigint') }}) as tracks_with_features,
    {%- for feature in averaged %}
    round({{ exact_mean('features.' ~ feature) }}, 4) as {{ feature }},
    {%- endfor %}
    round({{ exact_mean('features.musical_mode') }}, 4) as major_share
from placed
left join features
    on placed.track_durable_key = features.track_durable_key
group by
    placed.release_decade,
    placed.genre_key,
    placed.genre_name
