with

source as (
    select * from {{ source('spotify', 'genres') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('id', 'id') }} as genre_id,

        ---------- attributes
        {{ cast_text('name', 'text') }} as genre_name,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
