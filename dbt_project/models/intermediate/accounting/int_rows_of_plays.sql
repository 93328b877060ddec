with

staged as (
    select * from {{ ref('stg_spotify__plays') }}
),

merged as (
    select * from {{ ref('int_plays_merged') }}
),

facts as (
    select * from {{ ref('fct_plays') }}
),

counted as (
    select
        count(*) as all_rows,
        sum(case when merged_into = 'extended export' then 1 else 0 end) as basic_rows,
        sum(case when merged_into = 'export' then 1 else 0 end) as api_rows
    from merged
),

steps as (
    select
        2 as step,
        'intermediate' as to_layer,
        (select count(*) from staged) as rows_in,
        all_rows - basic_rows as rows_out,
        basic_rows as rows_dropped,
        'an extended export tells the same play' as drop_reason
    from counted
    union all
    select
        3 as step,
        'marts' as to_layer,
        all_rows - basic_rows as rows_in,
        (select count(*) from facts) as rows_out,
        api_rows as rows_dropped,
        'an export tells the same play' as drop_reason
    from counted
)

select
    {{ cast_text("'plays'", 'code') }} as entity,
    cast(step as {{ type_for('integer') }}) as step,
    {{ cast_text("case when step = 2 then 'staging' else 'intermediate' end", 'code') }} as from_layer,
    {{ cast_text('to_layer', 'code') }} as to_layer,
    cast(coalesce(rows_in, 0) as {{ type_for('bigint') }}) as rows_in,
    cast(coalesce(rows_out, 0) as {{ type_for('bigint') }}) as rows_out,
    cast(coalesce(rows_dropped, 0) as {{ type_for('bigint') }}) as rows_dropped,
    {{ cast_text('drop_reason', 'code') }} as drop_reason
from steps
