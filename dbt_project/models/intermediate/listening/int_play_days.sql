with

plays as (
    select * from {{ ref('stg_spotify__plays') }}
),

days as (
    select
        cast({{ listening_time('played_at') }} as date) as played_on,
        max(loaded_at) as loaded_at
    from plays
    group by cast({{ listening_time('played_at') }} as date)
)

select
    days.played_on,
    max(neighbours.loaded_at) as changed_at
from days
inner join days as neighbours
    on
        neighbours.played_on >= {{ dbt.dateadd('day', -1, 'days.played_on') }}
        and neighbours.played_on <= {{ dbt.dateadd('day', 1, 'days.played_on') }}
group by days.played_on
