with

source as (
    select * from {{ source('spotify', 'artists') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('id', 'id') }} as artist_id,

        ---------- attributes
        {{ cast_text('name', 'text') }} as artist_name,
        {{ cast_text('genre_ids', 'id_list') }} as genre_ids,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
