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
    {%- if is_incremental() %}
    where
        loaded_at > (
            select coalesce(max(days.loaded_at), cast('1900-01-01' as {{ type_for('timestamp') }}))
            from {{ this }} as days
        )
    {%- endif %}
)

select
    observed_on,
    max(loaded_at) as loaded_at
from measurements
group by observed_on
