{%- set types = ['artist', 'album', 'track'] -%}

with

{% for type in types -%}
{{ type }}_history as (
    select
        {{ type }}_id as object_id,
        is_available,
        cast(dbt_valid_from as date) as seen_from,
        coalesce(cast(dbt_valid_to as date), {{ end_of_time() }}) as seen_until
    from {{ ref('snap_' ~ type ~ 's') }}
),

{{ type }}_versions as (
    select * from {{ ref('dim_' ~ type) }}
    where origin = 'spotify'
),

{{ type }}_lasting as (
    select
        object_id,
        is_available,
        seen_from,
        min(seen_from) over (partition by object_id) as first_seen_on
    from {{ type }}_history
    where seen_from < seen_until
),

{{ type }}_counts as (
    select
        count(*) as lasting_rows,
        sum(
            case when is_available = {{ boolean_literal(false) }} and seen_from > first_seen_on then 1 else 0 end
        ) as withdrawn_rows
    from {{ type }}_lasting
),

{% endfor -%}

steps as (
    {%- for type in types %}
    select
        '{{ type }}s' as entity,
        3 as step,
        'snapshots' as from_layer,
        'marts' as to_layer,
        count(*) as rows_in,
        (select {{ type }}_counts.lasting_rows from {{ type }}_counts) as rows_out,
        sum(case when seen_from >= seen_until then 1 else 0 end) as rows_dropped,
        'a later answer of the same day replaced it' as drop_reason
    from {{ type }}_history
    union all
    select
        '{{ type }}s' as entity,
        4 as step,
        'snapshots' as from_layer,
        'marts' as to_layer,
        (select {{ type }}_counts.lasting_rows from {{ type }}_counts) as rows_in,
        count(*) as rows_out,
        (select {{ type }}_counts.withdrawn_rows from {{ type }}_counts) as rows_dropped,
        'it says that the object is withdrawn' as drop_reason
    from {{ type }}_versions
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

{{ select_steps() }}
