with

rejected_objects as (
    select * from {{ ref('stg_spotify__rejected_objects') }}
)

select
    object_type,
    reason,
    cast(count(*) as {{ type_for('bigint') }}) as rejected_objects,
    cast(count(distinct observed_on) as {{ type_for('bigint') }}) as days_rejected,
    min(observed_on) as first_rejected_on,
    max(observed_on) as last_rejected_on
from rejected_objects
group by
    object_type,
    reason
