with

source as (
    select * from {{ source('spotify', 'rejected_objects') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('object_type', 'code') }} as object_type,
        {{ cast_text('object_id', 'id') }} as object_id,

        ---------- attributes
        {{ cast_text('reason', 'text') }} as reason,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
