with

ordered as (
    select
        track_durable_key,
        first_seen_on,
        last_seen_on,
        removed_on,
        lead(first_seen_on) over (partition by track_durable_key order by first_seen_on) as next_seen_on
    from {{ ref('fct_saved_tracks') }}
)

select
    track_durable_key,
    first_seen_on,
    last_seen_on,
    removed_on,
    next_seen_on
from ordered
where
    last_seen_on < first_seen_on
    or removed_on <= last_seen_on
    or next_seen_on < removed_on
    or (next_seen_on is not null and removed_on is null)
