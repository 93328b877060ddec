with

source as (
    select * from {{ source('spotify', 'genres') }}
),

renamed as (
    select
        ---------- ids
        cast(id as {{ type_for('id') }}) as genre_id,

        ---------- attributes
        cast(name as {{ type_for('text') }}) as genre_name,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
