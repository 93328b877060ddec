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
        'plays' as entity,
        2 as step,
        'staging' as from_layer,
        'intermediate' as to_layer,
        (select count(*) from staged) as rows_in,
        all_rows - basic_rows as rows_out,
        basic_rows as rows_dropped,
        'an extended export tells the same play' as drop_reason
    from counted
    union all
    select
        'plays' as entity,
        3 as step,
        'intermediate' as from_layer,
        'marts' as to_layer,
        all_rows - basic_rows as rows_in,
        (select count(*) from facts) as rows_out,
        api_rows as rows_dropped,
        'an export tells the same play' as drop_reason
    from counted
)

{{ select_steps() }}
