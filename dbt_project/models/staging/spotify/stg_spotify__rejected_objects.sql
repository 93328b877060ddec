with

source as (
    select * from {{ source('spotify', 'rejected_objects') }}
),

renamed as (
    select
        ---------- ids
        cast(object_type as {{ type_for('code') }}) as object_type,
        cast(object_id as {{ type_for('id') }}) as object_id,

        ---------- attributes
        cast(reason as {{ type_for('text') }}) as reason,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
