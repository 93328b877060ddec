with

staged as (
    select * from {{ ref('stg_spotify__dataset_tracks') }}
),

dataset_tracks as (
    select * from {{ ref('int_dataset_tracks') }}
),

staged_tracks as (
    select distinct
        dataset_name,
        track_id
    from staged
),

ranked as (
    select * from {{ ref('int_audio_features_ranked') }}
    where provider like 'dataset:%'
),

facts as (
    select * from {{ ref('fct_audio_features') }}
    where provider like 'dataset:%'
),

steps as (
    select
        'dataset_tracks' as entity,
        2 as step,
        'staging' as from_layer,
        'intermediate' as to_layer,
        (select count(*) from staged) as rows_in,
        (select count(*) from dataset_tracks) as rows_out,
        (select count(*) from staged) - count(*) as rows_dropped,
        'another row of the dataset is about the track' as drop_reason
    from staged_tracks
    union all
    select
        'dataset_tracks' as entity,
        3 as step,
        'intermediate' as from_layer,
        'intermediate' as to_layer,
        count(*) as rows_in,
        (select count(*) from ranked) as rows_out,
        sum(case when has_features = {{ boolean_literal(false) }} then 1 else 0 end) as rows_dropped,
        'the dataset tells no audio features of it' as drop_reason
    from dataset_tracks
    union all
    select
        'dataset_tracks' as entity,
        4 as step,
        'intermediate' as from_layer,
        'marts' as to_layer,
        count(*) as rows_in,
        (select count(*) from facts) as rows_out,
        sum(case when trust_rank > 1 then 1 else 0 end) as rows_dropped,
        'another provider is trusted more' as drop_reason
    from ranked
)

{{ select_steps() }}
