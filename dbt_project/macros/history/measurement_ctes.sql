{#-
    The measurements that a fact has to (re)write, as CTEs; the last one is called `measurements`. At first, and on a full
    refresh: all. Later:

    - those that were loaded since the newest one in the fact, whatever day they are about, and
    - those that may belong to another version now, because a version of their object that begins on their day or
      before was recorded since the newest one that the fact points at.

    The fact holds both times, so it also catches up with snapshots that were taken after it was built. It names the two
    relations itself: an engine that sets a CTE down when it is read twice would set down every measurement there is.
-#}
{% macro measurement_ctes(metrics, versions, object_type) -%}
{%- set id = object_type ~ '_id' -%}
{%- if is_incremental() -%}
newest as (
    select
        coalesce(max(fact.loaded_at), cast('1900-01-01' as {{ type_for('timestamp') }})) as loaded_at,
        coalesce(max(fact.version_recorded_at), cast('1900-01-01' as {{ type_for('timestamp') }})) as recorded_at
    from {{ this }} as fact
),

recorded as (
    select
        versions.{{ id }},
        min(versions.valid_from) as valid_from
    from {{ versions }} as versions
    where versions.recorded_at > (select newest.recorded_at from newest)
    group by versions.{{ id }}
),

measurements as (
    select metrics.*
    from {{ metrics }} as metrics
    where metrics.loaded_at > (select newest.loaded_at from newest)
    union all
    select metrics.*
    from {{ metrics }} as metrics
    inner join recorded
        on metrics.{{ id }} = recorded.{{ id }}
    where
        metrics.observed_on >= recorded.valid_from
        and metrics.loaded_at <= (select newest.loaded_at from newest)
)
{%- else -%}
measurements as (
    select * from {{ metrics }}
)
{%- endif %}
{%- endmacro %}
