with

source as (
    select * from {{ source('spotify', 'absences') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('object_type', 'code') }} as object_type,
        {{ cast_text('object_id', 'id') }} as object_id,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
