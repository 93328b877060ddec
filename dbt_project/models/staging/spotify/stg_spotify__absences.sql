with

source as (
    select * from {{ source('spotify', 'absences') }}
),

renamed as (
    select
        ---------- ids
        cast(object_type as {{ type_for('code') }}) as object_type,
        cast(object_id as {{ type_for('id') }}) as object_id,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
