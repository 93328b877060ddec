-- Which tracks were withdrawn and came back, and for how many days Spotify did not have them.
with

tracks as (
    select * from {{ ref('dim_track') }}
),

followed as (
    select
        track_id,
        track_name,
        valid_to as withdrawn_on,
        lead(valid_from) over (partition by track_id order by valid_from) as returned_on
    from tracks
)

select
    track_id,
    track_name,
    withdrawn_on,
    returned_on,
    {{ dbt.datediff('withdrawn_on', 'returned_on', 'day') | trim }} as days_away
from followed
where returned_on > withdrawn_on
order by
    days_away desc,
    track_id asc
