with

source as (
    select * from {{ source('spotify', 'artists') }}
),

renamed as (
    select
        ---------- ids
        cast(id as {{ type_for('id') }}) as artist_id,

        ---------- attributes
        cast(name as {{ type_for('text') }}) as artist_name,
        cast(genre_ids as {{ type_for('id_list') }}) as genre_ids,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
