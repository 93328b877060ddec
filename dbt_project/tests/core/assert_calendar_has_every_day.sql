with

ends as (
    select
        min(date_day) as first_day,
        max(date_day) as last_day,
        count(*) as number_of_rows
    from {{ ref('dim_date') }}
),

counted as (
    select
        first_day,
        last_day,
        number_of_rows,
        {{ dbt.datediff('first_day', 'last_day', 'day') | trim }} + 1 as number_of_days
    from ends
)

select
    first_day,
    last_day,
    number_of_rows,
    number_of_days
from counted
where
    first_day is null
    or number_of_rows <> number_of_days
    or first_day <> cast('{{ var("calendar_starts_on") }}' as date)
