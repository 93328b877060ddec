{%- set averaged = [
    'danceability', 'energy', 'loudness', 'speechiness', 'acousticness', 'instrumentalness', 'liveness', 'valence',
    'tempo',
] -%}

with

streams as (
    select * from {{ ref('int_track_streams') }}
),

features as (
    select * from {{ ref('fct_audio_features') }}
),

counted as (
    select
        streams.first_day_of_month,
        count(*) as streams,
        count(distinct streams.track_durable_key) as tracks,
        count(distinct streams.artist_durable_key) as artists,
        sum(case when streams.stream_of_track = 1 then 1 else 0 end) as new_tracks,
        sum(
            case when streams.stream_of_artist = 1 and streams.artist_durable_key is not null then 1 else 0 end
        ) as new_artists,
        coalesce(sum(streams.ms_played), 0) as ms_played,
        count(features.track_durable_key) as streams_with_features,
        {%- for feature in averaged %}
        {{ exact_mean('features.' ~ feature) }} as {{ feature }},
        {%- endfor %}
        {{ exact_mean('features.musical_mode') }} as major_share
    from streams
    left join features
        on streams.track_durable_key = features.track_durable_key
    group by streams.first_day_of_month
)

select
    first_day_of_month,

    ---------- how much
    cast(streams as {{ type_for('bigint') }}) as streams,
    round(cast(ms_played as {{ type_for('float') }}) / 60000, 1) as minutes_played,
    cast(tracks as {{ type_for('bigint') }}) as tracks,
    cast(artists as {{ type_for('bigint') }}) as artists,

    ---------- discovery against repetition
    cast(new_tracks as {{ type_for('bigint') }}) as new_tracks,
    cast(new_artists as {{ type_for('bigint') }}) as new_artists,
    round(cast(new_tracks as {{ type_for('float') }}) / streams, 4) as discovery_share,
    round(cast(streams - tracks as {{ type_for('float') }}) / streams, 4) as repetition_share,

    ---------- taste
    cast(streams_with_features as {{ type_for('bigint') }}) as streams_with_features,
    {%- for feature in averaged %}
    round({{ feature }}, 4) as {{ feature }},
    {%- endfor %}
    round(major_share, 4) as major_share
from counted
