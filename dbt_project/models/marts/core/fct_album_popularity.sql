{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['album_id', 'observed_on'],
        on_schema_change='fail',
    )
}}

with

versions as (
    select * from {{ ref('int_album_versions') }}
),

{{ measurement_ctes(ref('stg_spotify__album_metrics'), ref('int_album_versions'), 'album') }}

select
    ---------- keys
    versions.album_key,
    versions.album_durable_key,
    {{ date_key('measurements.observed_on') }} as date_key,
    measurements.album_id,

    ---------- measures
    measurements.popularity,

    ---------- observation
    measurements.observed_on,
    measurements.loaded_at,
    versions.recorded_at as version_recorded_at
from measurements
inner join versions
    on
        measurements.album_id = versions.album_id
        and measurements.observed_on >= versions.valid_from
        and measurements.observed_on < versions.applies_until
