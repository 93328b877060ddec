{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['track_id', 'observed_on'],
        on_schema_change='fail',
    )
}}

with

versions as (
    select * from {{ ref('int_track_versions') }}
),

{{ measurement_ctes(ref('stg_spotify__track_metrics'), ref('int_track_versions'), 'track') }}

select
    ---------- keys
    versions.track_key,
    versions.track_durable_key,
    {{ date_key('measurements.observed_on') }} as date_key,
    measurements.track_id,

    ---------- measures
    measurements.popularity,

    ---------- observation
    measurements.observed_on,
    measurements.loaded_at,
    versions.recorded_at as version_recorded_at
from measurements
inner join versions
    on
        measurements.track_id = versions.track_id
        and measurements.observed_on >= versions.valid_from
        and measurements.observed_on < versions.applies_until
