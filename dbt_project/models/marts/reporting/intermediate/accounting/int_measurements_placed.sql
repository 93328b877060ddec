{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['entity', 'observed_on'],
        on_schema_change='fail',
        indexes=rowstore_indexes(['entity', 'observed_on']),
    )
}}

{%- set types = ['artist', 'album', 'track'] %}

with

{% if is_incremental() -%}
-- The days to count anew: those of measurements loaded since, and those of objects that may be known by now.
{% for type in types -%}
{{ type }}_days as (
    select observed_on
    from {{ ref('stg_spotify__' ~ type ~ '_metrics') }}
    where
        loaded_at > (
            select coalesce(max(counted.loaded_at), cast('1900-01-01' as {{ type_for('timestamp') }}))
            from {{ this }} as counted
            where counted.entity = '{{ type }}_metrics'
        )
    union
    select observed_on
    from {{ this }}
    where entity = '{{ type }}_metrics' and unknown_rows > 0
),

{% endfor -%}
{% endif -%}

counted as (
    {%- for type in types %}
    select
        '{{ type }}_metrics' as entity,
        metrics.observed_on,
        count(*) as staging_rows,
        count(*) - count(versions.{{ type }}_id) as unknown_rows,
        max(metrics.loaded_at) as loaded_at
    from {{ ref('stg_spotify__' ~ type ~ '_metrics') }} as metrics
    left join {{ ref('int_' ~ type ~ '_versions') }} as versions
        on
            metrics.{{ type }}_id = versions.{{ type }}_id
            and metrics.observed_on >= versions.valid_from
            and metrics.observed_on < versions.applies_until
    {%- if is_incremental() %}
    where metrics.observed_on in (select observed_on from {{ type }}_days)
    {%- endif %}
    group by metrics.observed_on
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    {{ cast_text('entity', 'code') }} as entity,
    observed_on,
    cast(staging_rows as {{ type_for('bigint') }}) as staging_rows,
    cast(unknown_rows as {{ type_for('bigint') }}) as unknown_rows,
    loaded_at
from counted
