with

plays as (
    select * from {{ ref('fct_plays') }}
    where is_stream = {{ boolean_literal(true) }}
),

days as (
    select
        played_on,
        count(*) as streams,
        coalesce(sum(ms_played), 0) as ms_played
    from plays
    group by played_on
),

-- Days in a row lie as far from the calendar's first day as from their own place: what is left is the same for all.
placed as (
    select
        days.*,
        {{ dbt.datediff("cast('" ~ var('calendar_starts_on') ~ "' as date)", 'days.played_on', 'day') | trim }}
        - row_number() over (order by days.played_on) as island
    from days
),

streaks as (
    select
        min(played_on) as first_day,
        max(played_on) as last_day,
        count(*) as days,
        sum(streams) as streams,
        sum(ms_played) as ms_played
    from placed
    group by island
)

select
    first_day,
    last_day,
    cast(days as {{ type_for('integer') }}) as days,
    cast(streams as {{ type_for('bigint') }}) as streams,
    round(cast(ms_played as {{ type_for('float') }}) / 60000, 1) as minutes_played,
    cast(rank() over (order by days desc) as {{ type_for('integer') }}) as length_rank
from streaks
