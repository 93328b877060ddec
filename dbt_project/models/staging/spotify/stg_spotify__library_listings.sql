with

source as (
    select * from {{ source('spotify', 'library_listings') }}
),

renamed as (
    select
        ---------- attributes
        {{ cast_text('listing', 'code') }} as listing,
        cast(items as {{ type_for('bigint') }}) as items,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
