with

source as (
    select * from {{ source('spotify', 'credited_artists') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('id', 'id') }} as artist_id,

        ---------- attributes
        {{ cast_text('name', 'text') }} as artist_name,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
