-- The 30 most frequent reasons for keeping objects aside.
with

placed as (
    select
        rpt_rejected_objects.*,
        row_number()
            over (
                order by
                    rpt_rejected_objects.rejected_objects desc,
                    rpt_rejected_objects.object_type asc,
                    rpt_rejected_objects.reason asc
            )
            as place
    from marts.rpt_rejected_objects
)

select
    object_type,
    reason,
    rejected_objects,
    first_rejected_on,
    last_rejected_on
from placed
where place <= 30
order by place
