with

plays as (
    select * from {{ ref('fct_plays') }}
),

timed as (
    select
        play_id,
        content_type,
        track_durable_key,
        ms_played,
        is_stream,
        is_skipped,
        played_at as ended_at,
        cast(
            {{ dbt.dateadd('millisecond', '-coalesce(ms_played, 0)', 'played_at') | trim }}
            as {{ type_for('timestamp') }}
        ) as started_at
    from plays
),

-- Devices may play at the same time, so the end before is the latest of all ends before.
ordered as (
    select
        timed.*,
        max(timed.ended_at) over (
            order by timed.started_at, timed.play_id rows between unbounded preceding and 1 preceding
        ) as ended_before
    from timed
),

opened as (
    select
        ordered.*,
        case
            when
                ordered.ended_before is null
                or {{ dbt.datediff('ordered.ended_before', 'ordered.started_at', 'second') | trim }}
                > {{ var('session_gap_minutes') }} * 60
                then 1
            else 0
        end as opens_session
    from ordered
),

numbered as (
    select
        opened.*,
        sum(opened.opens_session) over (
            order by opened.started_at, opened.play_id rows unbounded preceding
        ) as session_number
    from opened
),

sessions as (
    select
        session_number,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        max(case when opens_session = 1 then play_id end) as first_play_id,
        count(*) as plays,
        sum(case when is_stream = {{ boolean_literal(true) }} then 1 else 0 end) as streams,
        sum(case when is_skipped = {{ boolean_literal(true) }} then 1 else 0 end) as skipped_plays,
        sum(case when content_type in ('episode', 'audiobook') then 1 else 0 end) as spoken_plays,
        count(distinct track_durable_key) as tracks,
        coalesce(sum(ms_played), 0) as ms_played
    from numbered
    group by session_number
),

local_sessions as (
    select
        sessions.*,
        {{ listening_time('sessions.started_at') }} as started_at_local
    from sessions
)

select
    ---------- keys
    first_play_id as session_id,
    {{ date_key('started_at_local') }} as date_key,

    ---------- when
    started_at,
    ended_at,
    started_at_local,
    cast({{ dbt.datediff('started_at', 'ended_at', 'second') | trim }} as {{ type_for('bigint') }}) as duration_seconds,

    ---------- measures
    cast(plays as {{ type_for('bigint') }}) as plays,
    cast(streams as {{ type_for('bigint') }}) as streams,
    cast(skipped_plays as {{ type_for('bigint') }}) as skipped_plays,
    cast(spoken_plays as {{ type_for('bigint') }}) as spoken_plays,
    cast(tracks as {{ type_for('bigint') }}) as tracks,
    cast(ms_played as {{ type_for('bigint') }}) as ms_played
from local_sessions
