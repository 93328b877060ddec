{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['artist_id', 'observed_on'],
        on_schema_change='fail',
    )
}}

with

versions as (
    select * from {{ ref('int_artist_versions') }}
),

{{ measurement_ctes(ref('stg_spotify__artist_metrics'), ref('int_artist_versions'), 'artist') }}

select
    ---------- keys
    versions.artist_key,
    versions.artist_durable_key,
    {{ date_key('measurements.observed_on') }} as date_key,
    measurements.artist_id,

    ---------- measures
    measurements.popularity,
    measurements.followers,

    ---------- observation
    measurements.observed_on,
    measurements.loaded_at,
    versions.recorded_at as version_recorded_at
from measurements
inner join versions
    on
        measurements.artist_id = versions.artist_id
        and measurements.observed_on >= versions.valid_from
        and measurements.observed_on < versions.applies_until
