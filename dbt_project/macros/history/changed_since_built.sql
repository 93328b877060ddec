{#-
    How what is built from history grows: by objects. An object (an artist, an album, a track) whose history did not
    change keeps its rows; one whose history changed gets all its rows anew. So a day costs what changed on it, and ends
    in the rows that a build from nothing would give.

        snapshot  --recorded_at-->  int_*_versions  --changed_at-->  dim_*  --changed_at-->  bridge_*

    Dimensions and bridges also hold what other sources tell (int_inferred_*), which comes and goes with them; they write
    every object whose `changed_at` is not the one they hold: see delete_changed_objects and is_not_built.

    Every row of a snapshot says when it was recorded (`recorded_at`). Every row made from it says when the history of its
    object last changed (`changed_at`): the newest `recorded_at` of the object. A table knows from its own `changed_at`
    what it has seen, so each can be dropped, built anew or left out of a build, and catches up with the next one: nothing
    is told from one table to another but by its rows.

    This macro is the condition on a snapshot's rows: recorded since the versions that are built now were built last.
    Asked by later builds only, as the first one takes all. The rows are replaced by the strategy delete+insert on the
    object's id.
-#}
{% macro changed_since_built(column='changed_at') -%}
{{ column }} > (
        select coalesce(max(built.changed_at), cast('1900-01-01' as {{ type_for('timestamp') }}))
        from {{ this }} as built
    )
{%- endmacro %}
