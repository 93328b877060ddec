-- The snapshots and marts of a first build as a person would write them who needs them once, in one DuckDB session:
-- the same columns, keys, constraints and rows as dbt's, and nothing to come back to on the next day.
create schema snapshots;

create schema marts;

-- What an object that was found absent after it was last seen looks like.
create temp table withdrawals as
select
    absences.object_type,
    absences.object_id,
    min(absences.observed_on) as withdrawn_on,
    max(absences.loaded_at) as loaded_at
from raw_spotify.absences
inner join (
    select 'artist' as object_type, id, observed_on from raw_spotify.artists
    union all
    select 'album', id, observed_on from raw_spotify.albums
    union all
    select 'track', id, observed_on from raw_spotify.tracks
) as seen
    on absences.object_type = seen.object_type and absences.object_id = seen.id
where absences.observed_on > seen.observed_on
group by all;

---------- snapshots

create table snapshots.snap_artists as
with known as (
    select
        coalesce(artists.id, credited.id) as artist_id,
        case when artists.id is null or credited.observed_on > artists.observed_on then credited.name else artists.name end
            as artist_name,
        artists.genre_ids,
        greatest(artists.observed_on, credited.observed_on) as observed_on,
        greatest(artists.loaded_at, credited.loaded_at) as loaded_at
    from raw_spotify.artists
    full join raw_spotify.credited_artists as credited on artists.id = credited.id
)
select
    known.artist_id,
    known.artist_name,
    known.genre_ids,
    withdrawals.object_id is null as is_available,
    cast(greatest(known.observed_on, withdrawals.withdrawn_on) as timestamp) as observed_at,
    make_timestamp(epoch_us(greatest(known.loaded_at, withdrawals.loaded_at))) as loaded_at,
    make_timestamp(epoch_us(current_timestamp)) as recorded_at,
    md5(known.artist_id || '|' || observed_at) as dbt_scd_id,
    observed_at as dbt_updated_at,
    observed_at as dbt_valid_from,
    cast(null as timestamp) as dbt_valid_to
from known
left join withdrawals on withdrawals.object_type = 'artist' and known.artist_id = withdrawals.object_id;

create table snapshots.snap_albums as
select
    albums.id as album_id,
    albums.name as album_name,
    albums.album_type,
    albums.release_date,
    albums.release_date_precision,
    albums.total_tracks,
    albums.artist_ids,
    withdrawals.object_id is null as is_available,
    cast(greatest(albums.observed_on, withdrawals.withdrawn_on) as timestamp) as observed_at,
    make_timestamp(epoch_us(greatest(albums.loaded_at, withdrawals.loaded_at))) as loaded_at,
    make_timestamp(epoch_us(current_timestamp)) as recorded_at,
    md5(albums.id || '|' || observed_at) as dbt_scd_id,
    observed_at as dbt_updated_at,
    observed_at as dbt_valid_from,
    cast(null as timestamp) as dbt_valid_to
from raw_spotify.albums
left join withdrawals on withdrawals.object_type = 'album' and albums.id = withdrawals.object_id;

create table snapshots.snap_tracks as
select
    tracks.id as track_id,
    tracks.name as track_name,
    tracks.album_id,
    tracks.disc_number,
    tracks.track_number,
    tracks.duration_ms,
    tracks.explicit as is_explicit,
    tracks.artist_ids,
    withdrawals.object_id is null as is_available,
    cast(greatest(tracks.observed_on, withdrawals.withdrawn_on) as timestamp) as observed_at,
    make_timestamp(epoch_us(greatest(tracks.loaded_at, withdrawals.loaded_at))) as loaded_at,
    make_timestamp(epoch_us(current_timestamp)) as recorded_at,
    md5(tracks.id || '|' || observed_at) as dbt_scd_id,
    observed_at as dbt_updated_at,
    observed_at as dbt_valid_from,
    cast(null as timestamp) as dbt_valid_to
from raw_spotify.tracks
left join withdrawals on withdrawals.object_type = 'track' and tracks.id = withdrawals.object_id;

---------- dimensions: at first every object has one version

create table marts.dim_artist (
    artist_key varchar primary key,
    artist_durable_key varchar not null,
    artist_id varchar not null,
    artist_name varchar,
    genre_ids varchar,
    valid_from date not null,
    valid_to date not null,
    is_current boolean not null,
    changed_at timestamp not null
);

insert into marts.dim_artist
select
    md5(artist_id || '|1900-01-01'),
    md5(artist_id),
    artist_id,
    artist_name,
    genre_ids,
    date '1900-01-01',
    case when is_available then date '9999-12-31' else cast(observed_at as date) end,
    is_available,
    recorded_at
from snapshots.snap_artists;

create table marts.dim_album (
    album_key varchar primary key,
    album_durable_key varchar not null,
    album_id varchar not null,
    album_name varchar,
    album_type varchar,
    release_date varchar,
    release_date_precision varchar,
    released_on date,
    release_year integer,
    total_tracks bigint,
    artist_ids varchar,
    valid_from date not null,
    valid_to date not null,
    is_current boolean not null,
    changed_at timestamp not null
);

insert into marts.dim_album
select
    md5(album_id || '|1900-01-01'),
    md5(album_id),
    album_id,
    album_name,
    album_type,
    release_date,
    release_date_precision,
    case when release_date not like '0000%' then try_cast(left(release_date || '-01-01', 10) as date) end as released_on,
    year(released_on),
    total_tracks,
    artist_ids,
    date '1900-01-01',
    case when is_available then date '9999-12-31' else cast(observed_at as date) end,
    is_available,
    recorded_at
from snapshots.snap_albums;

create table marts.dim_track (
    track_key varchar primary key,
    track_durable_key varchar not null,
    album_durable_key varchar not null,
    track_id varchar not null,
    album_id varchar not null,
    track_name varchar,
    disc_number bigint,
    track_number bigint,
    duration_ms bigint,
    is_explicit boolean,
    artist_ids varchar,
    valid_from date not null,
    valid_to date not null,
    is_current boolean not null,
    changed_at timestamp not null
);

insert into marts.dim_track
select
    md5(track_id || '|1900-01-01'),
    md5(track_id),
    md5(album_id),
    track_id,
    album_id,
    track_name,
    disc_number,
    track_number,
    duration_ms,
    is_explicit,
    artist_ids,
    date '1900-01-01',
    case when is_available then date '9999-12-31' else cast(observed_at as date) end,
    is_available,
    recorded_at
from snapshots.snap_tracks;

create table marts.dim_genre (genre_key varchar primary key, genre_id varchar not null, genre_name varchar);

insert into marts.dim_genre
select
    md5(id),
    id,
    name
from raw_spotify.genres;

create table marts.dim_date (
    date_key integer primary key,
    date_day date not null,
    calendar_year integer not null,
    quarter_of_year integer not null,
    month_of_year integer not null,
    month_name varchar not null,
    first_day_of_month date not null,
    first_day_of_week date not null,
    day_of_month integer not null,
    day_of_week integer not null,
    day_name varchar not null,
    is_weekend boolean not null
);

insert into marts.dim_date
select
    cast(strftime(day, '%Y%m%d') as integer),
    day,
    year(day),
    quarter(day),
    month(day),
    monthname(day),
    date_trunc('month', day),
    date_trunc('week', day),
    day(day),
    isodow(day),
    dayname(day),
    isodow(day) >= 6
from (
    select cast(unnest(generate_series(
        date '1900-01-01', make_date(year(last_day) + 1, 12, 31), interval 1 day
    )) as date) as day
    from (
        select greatest(
            (select max(observed_on) from raw_spotify.artists),
            (select max(observed_on) from raw_spotify.albums),
            (select max(observed_on) from raw_spotify.tracks),
            (select max(observed_on) from raw_spotify.artist_metrics),
            (select max(observed_on) from raw_spotify.album_metrics),
            (select max(observed_on) from raw_spotify.track_metrics)
        ) as last_day
    )
);

---------- bridges

create table marts.bridge_artist_genre (
    artist_key varchar,
    artist_durable_key varchar not null,
    genre_key varchar,
    genre_position integer not null,
    changed_at timestamp not null,
    primary key (artist_key, genre_key)
);

insert into marts.bridge_artist_genre
select
    artist_key,
    artist_durable_key,
    md5(part),
    row_number() over (partition by artist_key order by min(place)),
    changed_at
from (
    select
        artist_key,
        artist_durable_key,
        changed_at,
        unnest(string_split(genre_ids, ',')) as part,
        generate_subscripts(string_split(genre_ids, ','), 1) as place
    from marts.dim_artist
)
where part <> ''
group by artist_key, artist_durable_key, changed_at, part;

create table marts.bridge_album_artist (
    album_key varchar,
    album_durable_key varchar not null,
    artist_durable_key varchar,
    credit_position integer not null,
    changed_at timestamp not null,
    primary key (album_key, artist_durable_key)
);

insert into marts.bridge_album_artist
select
    album_key,
    album_durable_key,
    md5(part),
    row_number() over (partition by album_key order by min(place)),
    changed_at
from (
    select
        album_key,
        album_durable_key,
        changed_at,
        unnest(string_split(artist_ids, ',')) as part,
        generate_subscripts(string_split(artist_ids, ','), 1) as place
    from marts.dim_album
)
where part <> ''
group by album_key, album_durable_key, changed_at, part;

create table marts.bridge_track_artist (
    track_key varchar,
    track_durable_key varchar not null,
    artist_durable_key varchar,
    credit_position integer not null,
    changed_at timestamp not null,
    primary key (track_key, artist_durable_key)
);

insert into marts.bridge_track_artist
select
    track_key,
    track_durable_key,
    md5(part),
    row_number() over (partition by track_key order by min(place)),
    changed_at
from (
    select
        track_key,
        track_durable_key,
        changed_at,
        unnest(string_split(artist_ids, ',')) as part,
        generate_subscripts(string_split(artist_ids, ','), 1) as place
    from marts.dim_track
)
where part <> ''
group by track_key, track_durable_key, changed_at, part;

---------- facts

create table marts.fct_artist_popularity (
    artist_key varchar not null,
    artist_durable_key varchar not null,
    date_key integer not null,
    artist_id varchar not null,
    popularity bigint,
    followers bigint,
    observed_on date not null,
    loaded_at timestamp not null,
    version_recorded_at timestamp not null
);

insert into marts.fct_artist_popularity
select
    dim_artist.artist_key,
    dim_artist.artist_durable_key,
    year(metrics.observed_on) * 10000 + month(metrics.observed_on) * 100 + day(metrics.observed_on),
    metrics.artist_id,
    metrics.popularity,
    metrics.followers,
    metrics.observed_on,
    make_timestamp(epoch_us(metrics.loaded_at)),
    dim_artist.changed_at
from raw_spotify.artist_metrics as metrics
inner join marts.dim_artist on metrics.artist_id = dim_artist.artist_id
where metrics.popularity is not null or metrics.followers is not null;

create table marts.fct_album_popularity (
    album_key varchar not null,
    album_durable_key varchar not null,
    date_key integer not null,
    album_id varchar not null,
    popularity bigint,
    observed_on date not null,
    loaded_at timestamp not null,
    version_recorded_at timestamp not null
);

insert into marts.fct_album_popularity
select
    dim_album.album_key,
    dim_album.album_durable_key,
    year(metrics.observed_on) * 10000 + month(metrics.observed_on) * 100 + day(metrics.observed_on),
    metrics.album_id,
    metrics.popularity,
    metrics.observed_on,
    make_timestamp(epoch_us(metrics.loaded_at)),
    dim_album.changed_at
from raw_spotify.album_metrics as metrics
inner join marts.dim_album on metrics.album_id = dim_album.album_id
where metrics.popularity is not null;

create table marts.fct_track_popularity (
    track_key varchar not null,
    track_durable_key varchar not null,
    date_key integer not null,
    track_id varchar not null,
    popularity bigint,
    observed_on date not null,
    loaded_at timestamp not null,
    version_recorded_at timestamp not null
);

insert into marts.fct_track_popularity
select
    dim_track.track_key,
    dim_track.track_durable_key,
    year(metrics.observed_on) * 10000 + month(metrics.observed_on) * 100 + day(metrics.observed_on),
    metrics.track_id,
    metrics.popularity,
    metrics.observed_on,
    make_timestamp(epoch_us(metrics.loaded_at)),
    dim_track.changed_at
from raw_spotify.track_metrics as metrics
inner join marts.dim_track on metrics.track_id = dim_track.track_id
where metrics.popularity is not null;

---------- the report of rows per layer

create table marts.rpt_rows_per_layer (
    entity varchar,
    step integer,
    from_layer varchar not null,
    to_layer varchar not null,
    rows_in bigint not null,
    rows_out bigint not null,
    rows_dropped bigint not null,
    drop_reason varchar,
    primary key (entity, step)
);

-- Raw to staging, staging to what comes next, and from the snapshots on.
insert into marts.rpt_rows_per_layer
with steps as (
    select 'artists' as entity, 'snapshots' as to_layer, (select count(*) from raw_spotify.artists) as raw_rows,
        0 as unmeasured, null as unmeasured_reason,
        (select count(*) from snapshots.snap_artists inner join raw_spotify.artists on artist_id = id) as rows_out,
        0 as rows_dropped, null as drop_reason
    union all
    select 'credited_artists', 'snapshots', (select count(*) from raw_spotify.credited_artists), 0, null,
        (
            select count(*) from snapshots.snap_artists
            inner join raw_spotify.credited_artists as credited on artist_id = credited.id
            left join raw_spotify.artists on artist_id = artists.id
            where artists.id is null
        ),
        (
            select count(*) from raw_spotify.credited_artists as credited
            inner join raw_spotify.artists on credited.id = artists.id
        ), 'the artist is also loaded in full'
    union all
    select 'genres', 'marts', (select count(*) from raw_spotify.genres), 0, null, (select count(*) from marts.dim_genre),
        0, null
    union all
    select 'albums', 'snapshots', (select count(*) from raw_spotify.albums), 0, null,
        (select count(*) from snapshots.snap_albums inner join raw_spotify.albums on snap_albums.album_id = albums.id),
        0, null
    union all
    select 'tracks', 'snapshots', (select count(*) from raw_spotify.tracks), 0, null,
        (select count(*) from snapshots.snap_tracks inner join raw_spotify.tracks on snap_tracks.track_id = tracks.id),
        0, null
    union all
    select 'absences', 'intermediate', (select count(*) from raw_spotify.absences), 0, null,
        (select count(*) from withdrawals),
        (
            select count(*) from raw_spotify.absences
            left join withdrawals
                on
                    absences.object_type = withdrawals.object_type
                    and absences.object_id = withdrawals.object_id
                    and absences.observed_on = withdrawals.withdrawn_on
            where withdrawals.object_id is null
        ), 'the object was seen again or was missing already'
    union all
    select 'artist_metrics', 'marts', count(*), count(*) filter (popularity is null and followers is null),
        'nothing was measured', (select count(*) from marts.fct_artist_popularity),
        (
            select count(*) from raw_spotify.artist_metrics
            anti join marts.dim_artist on artist_metrics.artist_id = dim_artist.artist_id
            where popularity is not null or followers is not null
        ), 'the object itself was never loaded'
    from raw_spotify.artist_metrics
    union all
    select 'album_metrics', 'marts', count(*), count(*) filter (popularity is null),
        'nothing was measured', (select count(*) from marts.fct_album_popularity),
        (
            select count(*) from raw_spotify.album_metrics
            anti join marts.dim_album on album_metrics.album_id = dim_album.album_id
            where popularity is not null
        ), 'the object itself was never loaded'
    from raw_spotify.album_metrics
    union all
    select 'track_metrics', 'marts', count(*), count(*) filter (popularity is null),
        'nothing was measured', (select count(*) from marts.fct_track_popularity),
        (
            select count(*) from raw_spotify.track_metrics
            anti join marts.dim_track on track_metrics.track_id = dim_track.track_id
            where popularity is not null
        ), 'the object itself was never loaded'
    from raw_spotify.track_metrics
),
history as (
    select 'artists' as entity, (select count(*) from snapshots.snap_artists) as kept, count(*) as versions
    from marts.dim_artist
    union all
    select 'albums', (select count(*) from snapshots.snap_albums), count(*) from marts.dim_album
    union all
    select 'tracks', (select count(*) from snapshots.snap_tracks), count(*) from marts.dim_track
)
select entity, 1, 'raw', 'staging', raw_rows, raw_rows - unmeasured, unmeasured,
    case when unmeasured > 0 then unmeasured_reason end
from steps
union all
select entity, 2, 'staging', to_layer, raw_rows - unmeasured, rows_out, rows_dropped,
    case when rows_dropped > 0 then drop_reason end
from steps
union all
select entity, 3, 'snapshots', 'marts', kept, kept, 0, null from history
union all
select entity, 4, 'snapshots', 'marts', kept, versions, 0, null from history;
