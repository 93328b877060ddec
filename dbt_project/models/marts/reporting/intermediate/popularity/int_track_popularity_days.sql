{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='observed_on',
        on_schema_change='fail',
    )
}}

with

measurements as (
    select * from {{ ref('fct_track_popularity') }}
)

{%- if is_incremental() %},

newest as (
    select
        coalesce(max(days.loaded_at), cast('1900-01-01' as {{ type_for('timestamp') }})) as loaded_at,
        coalesce(max(days.version_recorded_at), cast('1900-01-01' as {{ type_for('timestamp') }})) as recorded_at
    from {{ this }} as days
),

-- Of a track that was unknown until now, measurements appear that were loaded before.
days_to_read as (
    select distinct measurements.observed_on
    from measurements
    cross join newest
    where
        measurements.loaded_at > newest.loaded_at
        or measurements.version_recorded_at > newest.recorded_at
)
{%- endif %}

select
    measurements.observed_on,
    max(measurements.loaded_at) as loaded_at,
    max(measurements.version_recorded_at) as version_recorded_at
from measurements
{%- if is_incremental() %}
inner join days_to_read
    on measurements.observed_on = days_to_read.observed_on
{%- endif %}
group by measurements.observed_on
