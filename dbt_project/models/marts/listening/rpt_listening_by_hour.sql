with

plays as (
    select * from {{ ref('fct_plays') }}
    where is_stream = {{ boolean_literal(true) }}
),

days as (
    select * from {{ ref('dim_date') }}
)

select
    days.calendar_year,
    days.day_of_week,
    days.day_name,
    plays.hour_of_day,
    cast(count(*) as {{ type_for('bigint') }}) as streams,
    cast(count(distinct plays.played_on) as {{ type_for('bigint') }}) as days_heard,
    round(cast(coalesce(sum(plays.ms_played), 0) as {{ type_for('float') }}) / 60000, 1) as minutes_played
from plays
inner join days
    on plays.date_key = days.date_key
group by
    days.calendar_year,
    days.day_of_week,
    days.day_name,
    plays.hour_of_day
