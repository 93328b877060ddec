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
        loaded_at
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
        max(loaded_at) as loaded_at
    from used_days
    group by observed_on
    having min(days_before) = 0 and max(days_before) > 0
),

{% if is_incremental() -%}
built_days as (
    select
        built.observed_on,
        max(built.loaded_at) as loaded_at
    from {{ this }} as built
    group by built.observed_on
),

days_to_build as (
    select
        comparable_days.observed_on,
        comparable_days.loaded_at
    from comparable_days
    left join built_days
        on comparable_days.observed_on = built_days.observed_on
    where
        built_days.observed_on is null
        or comparable_days.loaded_at > built_days.loaded_at
),
{%- else -%}
days_to_build as (
    select
        observed_on,
        loaded_at
    from comparable_days
),
{%- endif %}

used_measurements as (
    {%- for days in days_compared %}
    select
        measurements.track_id,
        measurements.track_durable_key,
        measurements.popularity,
        {{ days }} as days_before,
        days_to_build.observed_on,
        days_to_build.loaded_at
    from measurements
    inner join days_to_build
        on measurements.observed_on = cast({{ dbt.dateadd('day', -days, 'days_to_build.observed_on') }} as date)
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

compared as (
    select
        track_id,
        track_durable_key,
        observed_on,
        loaded_at,
        max(case when days_before = 0 then popularity end) as popularity_0d,
        max(case when days_before = 7 then popularity end) as popularity_7d,
        max(case when days_before = 28 then popularity end) as popularity_28d
    from used_measurements
    group by
        track_id,
        track_durable_key,
        observed_on,
        loaded_at
),

changed as (
    select
        track_id,
        track_durable_key,
        observed_on,
        loaded_at,
        popularity_0d as popularity,
        popularity_0d - popularity_7d as popularity_change_7d,
        popularity_0d - popularity_28d as popularity_change_28d,
        cast(popularity_0d - popularity_7d as {{ type_for('float') }}) as points_a_week_over_1,
        cast(popularity_0d - popularity_28d as {{ type_for('float') }}) / 4 as points_a_week_over_4
    from compared
    where
        popularity_0d is not null
        and (popularity_7d is not null or popularity_28d is not null)
),

scored as (
    select
        track_id,
        track_durable_key,
        observed_on,
        loaded_at,
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

ranked as (
    select
        track_id,
        track_durable_key,
        observed_on,
        loaded_at,
        popularity,
        popularity_change_7d,
        popularity_change_28d,
        momentum_score,
        row_number() over (
            partition by observed_on
            order by momentum_score desc, popularity desc, track_durable_key asc
        ) as momentum_rank
    from scored
)

select
    track_durable_key,
    track_id,
    popularity,
    popularity_change_7d,
    popularity_change_28d,
    cast(momentum_score as {{ type_for('float') }}) as momentum_score,
    cast(momentum_rank as {{ type_for('integer') }}) as momentum_rank,
    observed_on,
    loaded_at
from ranked
where momentum_rank <= {{ var('rising_tracks_a_day') }}
