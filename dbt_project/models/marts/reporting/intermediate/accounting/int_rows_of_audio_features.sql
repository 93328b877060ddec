with

staged as (
    select * from {{ ref('stg_spotify__audio_features') }}
),

ranked as (
    select * from {{ ref('int_audio_features_ranked') }}
    where provider not like 'dataset:%'
),

track_ids as (
    select distinct track_id from {{ ref('int_known_tracks') }}
),

facts as (
    select * from {{ ref('fct_audio_features') }}
    where provider not like 'dataset:%'
),

placed as (
    select
        sum(case when ranked.trust_rank = 1 then 1 else 0 end) as trusted_rows,
        sum(case when ranked.trust_rank > 1 then 1 else 0 end) as less_trusted_rows,
        sum(case when ranked.trust_rank = 1 and track_ids.track_id is null then 1 else 0 end) as unknown_rows
    from ranked
    left join track_ids
        on ranked.track_id = track_ids.track_id
),

steps as (
    select
        'audio_features' as entity,
        2 as step,
        'staging' as from_layer,
        'marts' as to_layer,
        (select count(*) from staged) as rows_in,
        trusted_rows as rows_out,
        less_trusted_rows as rows_dropped,
        'another provider is trusted more' as drop_reason
    from placed
    union all
    select
        'audio_features' as entity,
        3 as step,
        'staging' as from_layer,
        'marts' as to_layer,
        trusted_rows as rows_in,
        (select count(*) from facts) as rows_out,
        unknown_rows as rows_dropped,
        'the track itself was never loaded' as drop_reason
    from placed
)

{{ select_steps() }}
