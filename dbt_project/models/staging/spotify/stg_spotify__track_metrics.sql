with

source as (
    select * from {{ source('spotify', 'track_metrics') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('track_id', 'id') }} as track_id,

        ---------- measures
        cast(popularity as {{ type_for('bigint') }}) as popularity,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
    where popularity is not null
)

select * from renamed
