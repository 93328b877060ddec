{#-
    The measurements that a fact has to (re)write, as CTEs; the last one is called `measurements`. At first, and on a full
    refresh: all. Later:

    - those that were loaded since the newest one in the fact, whatever day they are about, and
    - those that may belong to another version now, because a version of their object was learned since then that
      begins on their day or before.

    So a fact is built after the snapshots, as `dbt build` does. One that was built before them fails its tests until it
    is built anew with --full-refresh.
-#}
{% macro measurement_ctes(metrics, versions, object_type) -%}
{%- set id = object_type ~ '_id' -%}
{%- if is_incremental() -%}
newest as (
    select coalesce(max(fact.loaded_at), cast('1900-01-01' as {{ type_for('timestamp') }})) as loaded_at
    from {{ this }} as fact
),

learned as (
    select
        {{ versions }}.{{ id }},
        min({{ versions }}.valid_from) as valid_from
    from {{ versions }}
    where {{ versions }}.loaded_at > (select newest.loaded_at from newest)
    group by {{ versions }}.{{ id }}
),

measurements as (
    select {{ metrics }}.*
    from {{ metrics }}
    where {{ metrics }}.loaded_at > (select newest.loaded_at from newest)
    union all
    select {{ metrics }}.*
    from {{ metrics }}
    inner join learned
        on {{ metrics }}.{{ id }} = learned.{{ id }}
    where
        {{ metrics }}.observed_on >= learned.valid_from
        and {{ metrics }}.loaded_at <= (select newest.loaded_at from newest)
)
{%- else -%}
measurements as (
    select * from {{ metrics }}
)
{%- endif %}
{%- endmacro %}
