{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='observed_on',
        on_schema_change='fail',
    )
}}
{%- set days_compared = [1, 7, 28] -%}
{%- set measures = ['popularity', 'followers'] -%}

with

measurements as (
    select * from {{ ref('fct_artist_popularity') }}
),

versions as (
    select * from {{ ref('dim_artist') }}
),

{% if is_incremental() -%}
newest as (
    select
        coalesce(max(built.loaded_at), cast('1900-01-01' as {{ type_for('timestamp') }})) as loaded_at,
        coalesce(max(built.version_recorded_at), cast('1900-01-01' as {{ type_for('timestamp') }})) as recorded_at
    from {{ this }} as built
),

changed_days as (
    select distinct measurements.observed_on
    from measurements
    cross join newest
    where
        measurements.loaded_at > newest.loaded_at
        or measurements.version_recorded_at > newest.recorded_at
),

-- A day that changed, and those that are compared with it.
days_to_build as (
    select observed_on from changed_days
    {%- for days in days_compared %}
    union
    select cast({{ dbt.dateadd('day', days, 'observed_on') }} as date) as observed_on from changed_days
    {%- endfor %}
),

{% endif -%}

reported as (
    select measurements.*
    from measurements
    {%- if is_incremental() %}
    inner join days_to_build
        on measurements.observed_on = days_to_build.observed_on
    {%- endif %}
)

select
    ---------- keys
    reported.artist_key,
    reported.artist_durable_key,
    reported.date_key,
    reported.artist_id,
    reported.observed_on,

    ---------- name on the day
    versions.artist_name,

    ---------- measures
    {%- for measure in measures %}
    reported.{{ measure }},
    {%- for days in days_compared %}
    reported.{{ measure }} - days_ago_{{ days }}.{{ measure }} as {{ measure }}_change_{{ days }}d,
    {%- endfor %}
    {%- endfor %}
    case
        when reported.popularity is not null
            then cast(
                rank() over (
                    partition by reported.observed_on
                    order by reported.popularity desc, reported.followers desc
                ) as {{ type_for('integer') }}
            )
    end as popularity_rank,

    ---------- observation
    reported.loaded_at,
    reported.version_recorded_at
from reported
inner join versions
    on reported.artist_key = versions.artist_key
{%- for days in days_compared %}
left join measurements as days_ago_{{ days }}
    on
        reported.artist_durable_key = days_ago_{{ days }}.artist_durable_key
        and days_ago_{{ days }}.observed_on = cast({{ dbt.dateadd('day', -days, 'reported.observed_on') }} as date)
{%- endfor %}
