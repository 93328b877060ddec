-- One row: how much there is, of what it is, and of which days.
select
    (
        select count(*) from marts.dim_artist
        where is_current = 1
    ) as artists,
    (
        select count(*) from marts.dim_album
        where is_current = 1
    ) as albums,
    (
        select count(*) from marts.dim_track
        where is_current = 1
    ) as tracks,
    (
        select count(*) from marts.rpt_artist_popularity
        where popularity is not null
    ) as popularities,
    (select count(*) from marts.fct_plays) as plays,
    (select sum(ms_played) from marts.fct_plays) as ms_played,
    (select count(*) from marts.fct_listening_sessions) as sessions,
    (select count(*) from marts.rpt_loads) as loads,
    (
        select count(*) from marts.rpt_loads
        where data_source = 'demo'
    ) as made_up_loads,
    (
        select count(*) from marts.rpt_loads
        where app_mode = 'development'
    ) as development_loads,
    (select max(finished_at) from marts.rpt_loads) as loaded_at
