with

source as (
    select * from {{ source('spotify', 'artist_metrics') }}
),

renamed as (
    select
        ---------- ids
        {{ cast_text('artist_id', 'id') }} as artist_id,

        ---------- measures
        cast(popularity as {{ type_for('bigint') }}) as popularity,
        cast(followers as {{ type_for('bigint') }}) as followers,

        ---------- observation
        observed_on,
        {{ utc_timestamp('loaded_at') }} as loaded_at
    from source
    where popularity is not null or followers is not null
)

select * from renamed
