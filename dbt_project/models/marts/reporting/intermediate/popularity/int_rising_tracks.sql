{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='observed_on',
        on_schema_change='fail',
        indexes=rowstore_indexes(['observed_on']),
    )
}}
{#- A day is told from itself and from the days so many days before it. -#}
{%- set days_compared = [0, 7, 28] %}

with

measurements as (
    select * from {{ ref('fct_track_popularity') }}
),

measured_days as (
    select * from {{ ref('int_track_popularity_days') }}
),

used_days as (
    {%- for days in days_compared %}
    select
        cast({{ dbt.dateadd('day', days, 'observed_on') }} as date) as observed_on,
        {{ days }} as days_before,
        loaded_at,
        version_recorded_at
    from measured_days
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- A day that can be compared with none has no rising tracks; one is as new as the newest of the days it is told from.
comparable_days as (
    select
        observed_on,
        max(loaded_at) as loaded_at,
        max(version_recorded_at) as version_recorded_at
    from used_days
    group by observed_on
    having min(days_before) = 0 and max(days_before) > 0
),

{% if is_incremental() -%}
built_days as (
    select
        built.observed_on,
        max(built.loaded_at) as loaded_at,
        max(built.version_recorded_at) as version_recorded_at
    from {{ this }} as built
    group by built.observed_on
),

days_to_build as (
    select
        comparable_days.observed_on,
        comparable_days.loaded_at,
        comparable_days.version_recorded_at
    from comparable_days
    left join built_days
        on comparable_days.observed_on = built_days.observed_on
    where
        built_days.observed_on is null
        or comparable_days.loaded_at > built_days.loaded_at
        or comparable_days.version_recorded_at > built_days.version_recorded_at
),
{%- else -%}
days_to_build as (
    select
        observed_on,
        loaded_at,
        version_recorded_at
    from comparable_days
),
{%- endif %}

{% for days in days_compared -%}
days_ago_{{ days }} as (
    select
        measurements.track_durable_key,
        measurements.popularity,
        days_to_build.observed_on
    from measurements
    inner join days_to_build
        on measurements.observed_on = cast({{ dbt.dateadd('day', -days, 'days_to_build.observed_on') }} as date)
),

{% endfor -%}

changed as (
    select
        days_ago_0.track_durable_key,
        days_ago_0.observed_on,
        days_ago_0.popularity,
        days_ago_0.popularity - days_ago_7.popularity as popularity_change_7d,
        days_ago_0.popularity - days_ago_28.popularity as popularity_change_28d,
        cast(days_ago_0.popularity - days_ago_7.popularity as {{ type_for('float') }}) as points_a_week_over_1,
        cast(days_ago_0.popularity - days_ago_28.popularity as {{ type_for('float') }}) / 4 as points_a_week_over_4
    from days_ago_0
    left join days_ago_7
        on
            days_ago_0.track_durable_key = days_ago_7.track_durable_key
            and days_ago_0.observed_on = days_ago_7.observed_on
    left join days_ago_28
        on
            days_ago_0.track_durable_key = days_ago_28.track_durable_key
            and days_ago_0.observed_on = days_ago_28.observed_on
    where days_ago_7.popularity is not null or days_ago_28.popularity is not null
),

scored as (
    select
        track_durable_key,
        observed_on,
        popularity,
        popularity_change_7d,
        popularity_change_28d,
        round(
            100
            * case
                when points_a_week_over_4 is null then points_a_week_over_1
                when points_a_week_over_1 is null then points_a_week_over_4
                else (2 * points_a_week_over_1 + points_a_week_over_4) / 3
            end
            / (popularity + 100),
            2
        ) as momentum_score
    from changed
),

-- There are few different scores, so it is cheap to tell which ones the first tracks have; only these are put in order.
scores as (
    select
        observed_on,
        momentum_score,
        sum(count(*)) over (partition by observed_on order by momentum_score desc) - count(*) as tracks_above
    from scored
    group by
        observed_on,
        momentum_score
),

ranked as (
    select
        scored.track_durable_key,
        scored.observed_on,
        scored.popularity,
        scored.popularity_change_7d,
        scored.popularity_change_28d,
        scored.momentum_score,
        row_number() over (
            partition by scored.observed_on
            order by scored.momentum_score desc, scored.popularity desc, scored.track_durable_key asc
        ) as momentum_rank
    from scored
    inner join scores
        on
            scored.observed_on = scores.observed_on
            and scored.momentum_score = scores.momentum_score
    where scores.tracks_above < {{ var('rising_tracks_a_day') }}
)

select
    ranked.track_durable_key,
    ranked.popularity,
    ranked.popularity_change_7d,
    ranked.popularity_change_28d,
    cast(ranked.momentum_score as {{ type_for('float') }}) as momentum_score,
    cast(ranked.momentum_rank as {{ type_for('integer') }}) as momentum_rank,
    ranked.observed_on,
    days_to_build.loaded_at,
    days_to_build.version_recorded_at
from ranked
inner join days_to_build
    on ranked.observed_on = days_to_build.observed_on
where ranked.momentum_rank <= {{ var('rising_tracks_a_day') }}
