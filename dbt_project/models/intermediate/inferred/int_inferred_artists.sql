{{ config(materialized='table') }}

with

credits as (
    select * from {{ ref('int_inferred_credits') }}
    where artist_id like 'name:%'
),

tracks as (
    select * from {{ ref('int_tracks_told') }}
)

select
    credits.artist_id,
    {%- set told_origin %}
        case when min(case when tracks.origin = 'dataset' then 1 else 2 end) = 1 then 'dataset' else 'heard' end
    {%- endset %}
    {{ cast_text(told_origin, 'code') }} as origin,
    max(credits.artist_name) as artist_name,
    max(credits.changed_at) as changed_at
from credits
inner join tracks
    on credits.track_id = tracks.track_id
group by credits.artist_id
