with

listings as (
    select * from {{ ref('stg_spotify__library_listings') }}
)

select
    {{ date_key('observed_on') }} as date_key,
    listing,
    items,
    observed_on,
    loaded_at
from listings
