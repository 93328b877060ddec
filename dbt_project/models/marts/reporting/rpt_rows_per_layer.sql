with

raw_entities as (
    select * from {{ ref('stg_spotify__entity_row_counts') }}
),

raw_measurements as (
    select * from {{ ref('stg_spotify__measurement_row_counts') }}
),

artists as (
    select * from {{ ref('int_rows_of_artists') }}
),

catalogue as (
    select * from {{ ref('int_rows_of_catalogue') }}
),

history as (
    select * from {{ ref('int_rows_of_history') }}
),

measurements as (
    select * from {{ ref('int_rows_of_measurements') }}
),

from_raw as (
    select
        entity,
        raw_rows,
        0 as unmeasured_rows,
        null as drop_reason
    from raw_entities
    union all
    select
        entity,
        raw_rows,
        unmeasured_rows,
        'nothing was measured' as drop_reason
    from raw_measurements
),

from_staging as (
    select
        entity,
        to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from artists
    union all
    select
        entity,
        to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from catalogue
    union all
    select
        entity,
        'marts' as to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from measurements
),

steps as (
    select
        from_raw.entity,
        1 as step,
        'raw' as from_layer,
        'staging' as to_layer,
        from_raw.raw_rows as rows_in,
        from_staging.rows_in as rows_out,
        from_raw.unmeasured_rows as rows_dropped,
        from_raw.drop_reason
    from from_raw
    inner join from_staging
        on from_raw.entity = from_staging.entity
    union all
    select
        entity,
        2 as step,
        'staging' as from_layer,
        to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from from_staging
    union all
    select
        entity,
        step,
        'snapshots' as from_layer,
        'marts' as to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from history
)

select
    cast(entity as {{ type_for('code') }}) as entity,
    cast(step as {{ type_for('integer') }}) as step,
    cast(from_layer as {{ type_for('code') }}) as from_layer,
    cast(to_layer as {{ type_for('code') }}) as to_layer,
    cast(rows_in as {{ type_for('bigint') }}) as rows_in,
    cast(rows_out as {{ type_for('bigint') }}) as rows_out,
    cast(rows_dropped as {{ type_for('bigint') }}) as rows_dropped,
    case when rows_dropped > 0 then cast(drop_reason as {{ type_for('code') }}) end as drop_reason
from steps
