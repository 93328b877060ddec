with

source as (
    select * from {{ source('spotify', 'saved_tracks') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('track_id', 'id') }} as track_id,

        ---------- attributes
        {{ utc_timestamp('added_at') }} as added_at,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
