with

source as (
    select * from {{ source('spotify', 'top_items') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('item_id', 'id') }} as item_id,

        ---------- attributes
        {{ cast_text('item_type', 'code') }} as item_type,
        {{ cast_text('time_range', 'code') }} as time_range,
        cast(rank as {{ type_for('integer') }}) as item_rank,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
)

select * from renamed
