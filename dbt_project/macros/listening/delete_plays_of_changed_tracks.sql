{#- Deletes the plays of tracks whose history changed since the fact that is built now was built last; a pre-hook. -#}
{% macro delete_plays_of_changed_tracks(tracks) -%}
{%- if is_incremental() -%}
delete from {{ this }}
where play_id in (
    select plays.play_id
    from {{ this }} as plays
    left join {{ tracks }} as tracks
        on
            plays.track_durable_key = tracks.track_durable_key
            and plays.track_changed_at = tracks.changed_at
    where plays.track_durable_key is not null and tracks.track_durable_key is null
)
{%- endif -%}
{%- endmacro %}
