{{ config(indexes=rowstore_indexes(['date_day'])) }}

{%- set entities = [
    'artists', 'albums', 'tracks', 'artist_metrics', 'album_metrics', 'track_metrics', 'audio_features',
    'dataset_tracks', 'plays', 'playlists', 'library_listings',
] -%}

with

{% for entity in entities -%}
{{ entity }} as (
    select * from {{ ref('stg_spotify__' ~ entity) }}
),

{% endfor -%}

observed as (
    {%- for entity in entities %}
    select max(observed_on) as observed_on from {{ entity }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- Before anything is observed the calendar is its first year and the one after.
ends as (
    select coalesce(max(year(observed_on)), year(cast('{{ var("calendar_starts_on") }}' as date))) + 1 as last_year
    from observed
),

digits as (
    {%- for digit in range(10) %}
    select {{ digit }} as digit
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

numbers as (
    select
        ones.digit
        + 10 * tens.digit
        + 100 * hundreds.digit
        + 1000 * thousands.digit
        + 10000 * myriads.digit as number_of_days
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as myriads
),

days as (
    select
        cast(
            {{ dbt.dateadd('day', 'number_of_days', "cast('" ~ var('calendar_starts_on') ~ "' as date)") }}
            as date
        ) as date_day
    from numbers
),

calendar as (
    select
        days.date_day,
        {{ date_key('days.date_day') }} as date_key,
        cast(year(days.date_day) as {{ type_for('integer') }}) as calendar_year,
        cast(month(days.date_day) as {{ type_for('integer') }}) as month_of_year,
        cast(day(days.date_day) as {{ type_for('integer') }}) as day_of_month,
        -- The 1st of January 1900 was a Monday.
        cast(
            {{ dbt.datediff("cast('1900-01-01' as date)", 'days.date_day', 'day') | trim }} % 7 + 1
            as {{ type_for('integer') }}
        ) as day_of_week
    from days
    inner join ends
        on year(days.date_day) <= ends.last_year
)

select
    ---------- keys
    date_key,
    date_day,

    ---------- year, quarter, month
    calendar_year,
    cast(floor((month_of_year + 2) / 3.0) as {{ type_for('integer') }}) as quarter_of_year,
    month_of_year,
    case month_of_year
        {%- for name in [
            'January', 'February', 'March', 'April', 'May', 'June',
            'July', 'August', 'September', 'October', 'November', 'December',
        ] %}
        when {{ loop.index }} then {{ cast_text("'" ~ name ~ "'", 'code') }}
        {%- endfor %}
    end as month_name,
    cast({{ dbt.dateadd('day', '1 - day_of_month', 'date_day') }} as date) as first_day_of_month,

    ---------- week, day
    cast({{ dbt.dateadd('day', '1 - day_of_week', 'date_day') }} as date) as first_day_of_week,
    day_of_month,
    day_of_week,
    case day_of_week
        {%- for name in ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] %}
        when {{ loop.index }} then {{ cast_text("'" ~ name ~ "'", 'code') }}
        {%- endfor %}
    end as day_name,
    case when day_of_week >= 6 then {{ boolean_literal(true) }} else {{ boolean_literal(false) }} end as is_weekend
from calendar
