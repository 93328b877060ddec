{#- What staging drops of a raw table, and why; the other tables go on whole. -#}
{%- set unmeasured = 'nothing was measured' -%}
{%- set drops_of = {
    'artists': none,
    'credited_artists': none,
    'albums': none,
    'tracks': none,
    'genres': none,
    'absences': none,
    'artist_metrics': ('popularity is null and followers is null', unmeasured),
    'album_metrics': ('popularity is null', unmeasured),
    'track_metrics': ('popularity is null', unmeasured),
    'audio_features': ('is_known = ' ~ boolean_literal(false), 'the provider has none of the track'),
    'plays': none,
    'dataset_tracks': none,
    'listener_tracks': none,
    'listener_albums': none,
    'saved_tracks': none,
    'playlists': none,
    'playlist_items': none,
    'top_items': none,
    'library_listings': none,
} -%}

with

counted as (
    {%- for entity, drops in drops_of.items() %}
    select
        '{{ entity }}' as entity,
        count(*) as raw_rows,
        {% if drops -%}
        sum(case when {{ drops[0] }} then 1 else 0 end) as dropped_rows,
        {{ cast_text("'" ~ drops[1] ~ "'", 'code') }} as drop_reason
        {%- else -%}
        0 as dropped_rows,
        {{ cast_text('null', 'code') }} as drop_reason
        {%- endif %}
    from {{ source('spotify', entity) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    {{ cast_text('entity', 'code') }} as entity,
    cast(raw_rows as {{ type_for('bigint') }}) as raw_rows,
    cast(coalesce(dropped_rows, 0) as {{ type_for('bigint') }}) as dropped_rows,
    drop_reason
from counted
