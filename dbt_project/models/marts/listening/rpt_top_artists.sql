{%- set starts = {
    'month': 'first_day_of_month',
    'quarter': dbt.dateadd('month', '3 * (quarter_of_year - 1)', 'first_day_of_year'),
    'year': 'first_day_of_year',
} -%}

with

streams as (
    select * from {{ ref('int_track_streams') }}
    where artist_durable_key is not null
),

artists as (
    select * from {{ ref('dim_artist_current') }}
),

dated as (
    select
        streams.*,
        cast({{ dbt.concat([
            cast_text('streams.calendar_year', 'code'), "'-01-01'"
        ]) }} as date) as first_day_of_year
    from streams
),

periods as (
    {%- for period, start in starts.items() %}
    select
        '{{ period }}' as period_type,
        cast({{ start | trim }} as date) as period_start,
        artist_durable_key,
        count(*) as streams,
        count(distinct track_durable_key) as tracks,
        coalesce(sum(ms_played), 0) as ms_played
    from dated
    group by
        cast({{ start | trim }} as date),
        artist_durable_key
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

ranked as (
    select
        periods.*,
        rank() over (
            partition by periods.period_type, periods.period_start order by periods.streams desc, periods.ms_played desc
        ) as artist_rank
    from periods
)

select
    {{ cast_text('ranked.period_type', 'code') }} as period_type,
    ranked.period_start,
    ranked.artist_durable_key,
    artists.artist_name,
    cast(ranked.streams as {{ type_for('bigint') }}) as streams,
    cast(ranked.tracks as {{ type_for('bigint') }}) as tracks,
    round(cast(ranked.ms_played as {{ type_for('float') }}) / 60000, 1) as minutes_played,
    cast(ranked.artist_rank as {{ type_for('integer') }}) as artist_rank
from ranked
inner join artists
    on ranked.artist_durable_key = artists.artist_durable_key
