{%- set days_compared = [1, 7, 28] -%}
{%- set measures = ['popularity', 'followers'] -%}

with

measurements as (
    select * from {{ ref('fct_artist_popularity') }}
),

versions as (
    select * from {{ ref('dim_artist') }}
)

select
    ---------- keys
    measurements.artist_key,
    measurements.artist_durable_key,
    measurements.date_key,
    measurements.artist_id,
    measurements.observed_on,

    ---------- name on the day
    versions.artist_name,

    ---------- measures
    {%- for measure in measures %}
    measurements.{{ measure }},
    {%- for days in days_compared %}
    measurements.{{ measure }} - days_ago_{{ days }}.{{ measure }} as {{ measure }}_change_{{ days }}d,
    {%- endfor %}
    {%- endfor %}
    case
        when measurements.popularity is not null
            then cast(
                rank() over (
                    partition by measurements.observed_on
                    order by measurements.popularity desc, measurements.followers desc
                ) as {{ type_for('integer') }}
            )
    end as popularity_rank
from measurements
inner join versions
    on measurements.artist_key = versions.artist_key
{%- for days in days_compared %}
left join measurements as days_ago_{{ days }}
    on
        measurements.artist_durable_key = days_ago_{{ days }}.artist_durable_key
        and days_ago_{{ days }}.observed_on = cast({{ dbt.dateadd('day', -days, 'measurements.observed_on') }} as date)
{%- endfor %}
