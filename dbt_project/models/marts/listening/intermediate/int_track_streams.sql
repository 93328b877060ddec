{{ config(materialized='table') }}

with

plays as (
    select * from {{ ref('fct_plays') }}
    where
        content_type = 'track'
        and is_stream = {{ boolean_literal(true) }}
        and track_key is not null
),

first_credits as (
    select * from {{ ref('bridge_track_artist') }}
    where credit_position = 1
),

days as (
    select * from {{ ref('dim_date') }}
)

select
    plays.play_id,
    plays.track_durable_key,
    first_credits.artist_durable_key,
    plays.played_on,
    plays.played_at,
    days.first_day_of_month,
    days.quarter_of_year,
    days.calendar_year,
    plays.ms_played,
    row_number() over (partition by plays.track_durable_key order by plays.played_at, plays.play_id)
        as stream_of_track,
    row_number() over (partition by first_credits.artist_durable_key order by plays.played_at, plays.play_id)
        as stream_of_artist
from plays
inner join days
    on plays.date_key = days.date_key
left join first_credits
    on plays.track_key = first_credits.track_key
