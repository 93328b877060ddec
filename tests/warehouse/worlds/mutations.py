"""Mutations of the macros of history: small changes, each of which makes some history wrong.

Each stands under the name of the macro it changes, as the text that is there, once, and the text in its place. Who
changes a macro adapts its mutations; a new macro needs one.
"""

MUTATIONS = {
    "availability_cte": [
        (
            "withdrawals.withdrawn_on > {{ objects }}.observed_on",
            "withdrawals.withdrawn_on < {{ objects }}.observed_on",
        ),
        ("when withdrawals.object_id is null then", "when 1 = 1 then"),
        ("left join withdrawals", "inner join withdrawals"),
    ],
    "beginning_of_time": [("1900-01-01", "1900-01-02")],
    "changed_since_built": [("{{ column }} > (", "{{ column }} < (")],
    "date_key": [("month({{ date }}) * 100", "month({{ date }}) * 10")],
    "delete_changed_objects": [
        ("where {{ key }} not in (", "where {{ key }} in ("),
        ("and built.changed_at = objects.changed_at", ""),
    ],
    "durable_key": [("hex_md5(id)", "hex_md5('upper(' ~ id ~ ')')")],
    "end_of_time": [("9999-12-31", "9999-12-30")],
    "is_not_built": [
        ("{{ key }} not in (", "{{ key }} in ("),
        ("1 = 1", "1 = 0"),
    ],
    "measurement_ctes": [
        # What is new is what is about a new day: days that are loaded late get lost.
        (
            "where metrics.loaded_at > (select newest.loaded_at from newest)",
            "where metrics.observed_on > (select max(fact.observed_on) from {{ this }} as fact)",
        ),
        ("where versions.recorded_at > (select", "where versions.recorded_at = (select"),
        ("min(versions.valid_from)", "max(versions.valid_from)"),
        ("metrics.observed_on >= recorded.valid_from", "metrics.observed_on > recorded.valid_from"),
    ],
    "release_day": [
        ("like '0000%' then null", "like '0000%' then cast('0001-01-01' as date)"),
        ("'-01-01'", "'-12-31'"),
        ("\"'-01'\"", "\"'-02'\""),
        ("like '____-__-__' then {{ try_cast_date(release_date) }}", "like '____-__-__' then null"),
    ],
    "select_known_versions": [
        # Of what is no longer so, nothing is known.
        ("from versions\nunion all", "from versions\nwhere is_current = {{ boolean_literal(true) }}\nunion all"),
    ],
    "version_ctes": [
        ("dated.seen_from < dated.seen_until", "dated.seen_from <= dated.seen_until"),
        ("order by dated.seen_from", "order by dated.seen_from desc"),
        (
            "then {{ beginning_of_time() }} else seen_from end as valid_from",
            "then seen_from else seen_from end as valid_from",
        ),
        ("then seen_until else seen_from end as valid_to", "then seen_until else seen_until end as valid_to"),
        (" or row_number_of_object = 1\n", "\n"),
        ("lead(valid_from) over", "min(valid_to) over"),
        ("when valid_to = {{ end_of_time() }}", "when valid_to < {{ end_of_time() }}"),
        (
            "max(coalesce(recorded_at, loaded_at)) over (partition by {{ id }})",
            "coalesce(recorded_at, loaded_at)",
        ),
        ("cast(dbt_valid_from as date) as seen_from", "cast(loaded_at as date) as seen_from"),
    ],
    "version_key": [
        ("\"'|'\"", "\"'-'\""),
        ("iso_date_text(valid_from)", "iso_date_text(\"cast('2000-01-01' as date)\")"),
    ],
}
