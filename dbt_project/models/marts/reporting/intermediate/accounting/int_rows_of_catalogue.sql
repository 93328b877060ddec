with

albums as (
    select * from {{ ref('stg_spotify__albums') }}
),

tracks as (
    select * from {{ ref('stg_spotify__tracks') }}
),

absences as (
    select * from {{ ref('stg_spotify__absences') }}
),

album_history as (
    select * from {{ ref('snap_albums') }}
    where dbt_valid_to is null
),

track_history as (
    select * from {{ ref('snap_tracks') }}
    where dbt_valid_to is null
),

withdrawals as (
    select * from {{ ref('int_withdrawals') }}
),

steps as (
    select
        'albums' as entity,
        2 as step,
        'staging' as from_layer,
        'snapshots' as to_layer,
        (select count(*) from albums) as rows_in,
        count(*) as rows_out,
        0 as rows_dropped,
        {{ cast_text('null', 'code') }} as drop_reason
    from album_history
    inner join albums as loaded
        on album_history.album_id = loaded.album_id
    union all
    select
        'tracks' as entity,
        2 as step,
        'staging' as from_layer,
        'snapshots' as to_layer,
        (select count(*) from tracks) as rows_in,
        count(*) as rows_out,
        0 as rows_dropped,
        {{ cast_text('null', 'code') }} as drop_reason
    from track_history
    inner join tracks as loaded
        on track_history.track_id = loaded.track_id
    union all
    select
        'absences' as entity,
        2 as step,
        'staging' as from_layer,
        'intermediate' as to_layer,
        (select count(*) from absences) as rows_in,
        count(*) as rows_out,
        (
            select count(*)
            from absences
            left join withdrawals as begun
                on
                    absences.object_type = begun.object_type
                    and absences.object_id = begun.object_id
                    and absences.observed_on = begun.withdrawn_on
            where begun.object_id is null
        ) as rows_dropped,
        'the object was seen again or was missing already' as drop_reason
    from withdrawals
)

{{ select_steps() }}
