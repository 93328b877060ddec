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
    changed_at timestamp not null,
    origin varchar not null
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
    recorded_at,
    'spotify'
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
    changed_at timestamp not null,
    origin varchar not null
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
    recorded_at,
    'spotify'
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
    changed_at timestamp not null,
    origin varchar not null
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
    recorded_at,
    'spotify'
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

create table marts.fct_audio_features (
    track_key varchar not null,
    track_durable_key varchar not null,
    date_key integer not null,
    track_id varchar not null,
    provider varchar not null,
    danceability double,
    energy double,
    musical_key bigint,
    musical_mode bigint,
    loudness double,
    speechiness double,
    acousticness double,
    instrumentalness double,
    liveness double,
    valence double,
    tempo double,
    time_signature bigint,
    observed_on date not null,
    loaded_at timestamp not null
);

insert into marts.fct_audio_features
select
    dim_track.track_key,
    dim_track.track_durable_key,
    year(features.observed_on) * 10000 + month(features.observed_on) * 100 + day(features.observed_on),
    features.track_id,
    features.provider,
    features.danceability,
    features.energy,
    nullif(features.key, -1),
    features.mode,
    features.loudness,
    features.speechiness,
    features.acousticness,
    features.instrumentalness,
    features.liveness,
    features.valence,
    nullif(features.tempo, 0),
    nullif(features.time_signature, 0),
    features.observed_on,
    make_timestamp(epoch_us(features.loaded_at))
from (
    select
        *,
        row_number() over (
            partition by track_id
            order by case provider when 'spotify' then 1 when 'reccobeats' then 2 else 3 end, provider
        ) as trust_rank
    from raw_spotify.audio_features
    where is_known
) as features
inner join marts.dim_track on features.track_id = dim_track.track_id
where features.trust_rank = 1;

---------- reports of popularity

create table marts.rpt_artist_popularity (
    artist_key varchar not null,
    artist_durable_key varchar,
    date_key integer not null,
    artist_id varchar not null,
    observed_on date,
    artist_name varchar,
    popularity bigint,
    popularity_change_1d bigint,
    popularity_change_7d bigint,
    popularity_change_28d bigint,
    followers bigint,
    followers_change_1d bigint,
    followers_change_7d bigint,
    followers_change_28d bigint,
    popularity_rank integer,
    loaded_at timestamp not null,
    version_recorded_at timestamp not null,
    primary key (artist_durable_key, observed_on)
);

insert into marts.rpt_artist_popularity
select
    now.artist_key,
    now.artist_durable_key,
    now.date_key,
    now.artist_id,
    now.observed_on,
    dim_artist.artist_name,
    now.popularity,
    now.popularity - ago_1.popularity,
    now.popularity - ago_7.popularity,
    now.popularity - ago_28.popularity,
    now.followers,
    now.followers - ago_1.followers,
    now.followers - ago_7.followers,
    now.followers - ago_28.followers,
    case
        when now.popularity is not null
            then rank() over (partition by now.observed_on order by now.popularity desc, now.followers desc)
    end,
    now.loaded_at,
    now.version_recorded_at
from marts.fct_artist_popularity as now
inner join marts.dim_artist on now.artist_key = dim_artist.artist_key
left join marts.fct_artist_popularity as ago_1
    on now.artist_durable_key = ago_1.artist_durable_key and now.observed_on = ago_1.observed_on + 1
left join marts.fct_artist_popularity as ago_7
    on now.artist_durable_key = ago_7.artist_durable_key and now.observed_on = ago_7.observed_on + 7
left join marts.fct_artist_popularity as ago_28
    on now.artist_durable_key = ago_28.artist_durable_key and now.observed_on = ago_28.observed_on + 28;

create table marts.rpt_rising_tracks (
    track_key varchar not null,
    track_durable_key varchar not null,
    artist_durable_key varchar,
    track_id varchar not null,
    observed_on date,
    track_name varchar,
    artist_name varchar,
    popularity bigint,
    popularity_change_7d bigint,
    popularity_change_28d bigint,
    momentum_score double not null,
    momentum_rank integer,
    primary key (observed_on, momentum_rank)
);

insert into marts.rpt_rising_tracks
with changed as (
    select
        now.track_durable_key,
        now.observed_on,
        now.popularity,
        now.popularity - ago_7.popularity as change_7d,
        now.popularity - ago_28.popularity as change_28d,
        round(
            100 * case
                when change_28d is null then change_7d
                when change_7d is null then change_28d / 4
                else (2 * change_7d + change_28d / 4) / 3
            end / (now.popularity + 100), 2
        ) as momentum_score
    from marts.fct_track_popularity as now
    left join marts.fct_track_popularity as ago_7
        on now.track_durable_key = ago_7.track_durable_key and now.observed_on = ago_7.observed_on + 7
    left join marts.fct_track_popularity as ago_28
        on now.track_durable_key = ago_28.track_durable_key and now.observed_on = ago_28.observed_on + 28
    where momentum_score > 0
),
-- A score with a hundred tracks above it has none of the first hundred; the others are few enough to sort.
scores as (
    select
        observed_on,
        momentum_score,
        sum(count(*)) over (partition by observed_on order by momentum_score desc) - count(*) as tracks_above
    from changed
    group by observed_on, momentum_score
),
ranked as (
    select
        changed.*,
        row_number() over (
            partition by observed_on
            order by momentum_score desc, popularity desc, track_durable_key
        ) as momentum_rank
    from changed
    inner join scores using (observed_on, momentum_score)
    where scores.tracks_above < 100
)
select
    dim_track.track_key,
    dim_track.track_durable_key,
    dim_artist.artist_durable_key,
    dim_track.track_id,
    ranked.observed_on,
    dim_track.track_name,
    dim_artist.artist_name,
    ranked.popularity,
    ranked.change_7d,
    ranked.change_28d,
    ranked.momentum_score,
    ranked.momentum_rank
from ranked
inner join marts.dim_track on ranked.track_durable_key = dim_track.track_durable_key
left join marts.bridge_track_artist as credits
    on dim_track.track_key = credits.track_key and credits.credit_position = 1
left join marts.dim_artist on credits.artist_durable_key = dim_artist.artist_durable_key
where ranked.momentum_rank <= 100;

---------- reports of the catalogue as it is now

create temp table current_tracks as
select
    dim_track.track_key,
    dim_track.track_durable_key,
    dim_track.album_durable_key,
    dim_track.duration_ms,
    dim_track.is_explicit,
    dim_album.release_year
from marts.dim_track
left join marts.dim_album on dim_track.album_durable_key = dim_album.album_durable_key and dim_album.is_current
where dim_track.is_current;

create temp table current_track_genres as
with track_genres as (
    select distinct
        credits.track_key,
        artist_genres.genre_key,
        dim_genre.genre_name
    from marts.bridge_track_artist as credits
    inner join marts.dim_artist on credits.artist_durable_key = dim_artist.artist_durable_key and dim_artist.is_current
    inner join marts.bridge_artist_genre as artist_genres on dim_artist.artist_key = artist_genres.artist_key
    inner join marts.dim_genre on artist_genres.genre_key = dim_genre.genre_key
)
select
    tracks.track_durable_key,
    tracks.release_year,
    tracks.is_explicit,
    track_genres.genre_key,
    coalesce(track_genres.genre_name, 'unknown') as genre_name
from current_tracks as tracks
left join track_genres on tracks.track_key = track_genres.track_key;

create table marts.rpt_track_duration_distribution (
    release_year integer,
    from_seconds integer not null,
    to_seconds integer not null,
    tracks bigint not null,
    share_of_year double
);

insert into marts.rpt_track_duration_distribution
select
    release_year,
    duration_ms // 30000 * 30 as from_seconds,
    from_seconds + 30,
    count(*),
    round(cast(count(*) as double) / sum(count(*)) over (partition by release_year), 6)
from current_tracks
where duration_ms is not null
group by release_year, from_seconds;

create table marts.rpt_explicit_by_year_and_genre (
    release_year integer,
    genre_key varchar,
    genre_name varchar not null,
    tracks bigint not null,
    explicit_tracks bigint not null,
    clean_tracks bigint not null,
    explicit_share double
);

insert into marts.rpt_explicit_by_year_and_genre
select
    release_year,
    genre_key,
    genre_name,
    count(*) as tracks,
    count(*) filter (is_explicit) as explicit_tracks,
    tracks - explicit_tracks,
    round(explicit_tracks / tracks, 4)
from current_track_genres
group by release_year, genre_key, genre_name;

create table marts.rpt_release_trends (
    release_year integer,
    album_type varchar,
    albums bigint not null,
    tracks bigint not null,
    mean_duration_seconds double,
    median_duration_seconds double,
    explicit_share double
);

insert into marts.rpt_release_trends
select
    albums.release_year,
    albums.album_type,
    count(distinct albums.album_durable_key),
    count(tracks.track_durable_key),
    round(cast(sum(cast(tracks.duration_ms / 1000 as decimal(18, 9))) as double) / nullif(count(tracks.duration_ms), 0), 1),
    round(median(tracks.duration_ms / 1000), 1),
    round(count(*) filter (tracks.is_explicit) / nullif(count(tracks.track_durable_key), 0), 4)
from marts.dim_album as albums
left join current_tracks as tracks on albums.album_durable_key = tracks.album_durable_key
where albums.is_current
group by albums.release_year, albums.album_type;

create table marts.rpt_audio_profile (
    release_decade integer,
    genre_key varchar,
    genre_name varchar not null,
    tracks bigint not null,
    tracks_with_features bigint not null,
    danceability double,
    energy double,
    loudness double,
    speechiness double,
    acousticness double,
    instrumentalness double,
    liveness double,
    valence double,
    tempo double,
    major_share double
);

insert into marts.rpt_audio_profile
select
    tracks.release_year // 10 * 10 as release_decade,
    tracks.genre_key,
    tracks.genre_name,
    count(*),
    count(features.track_durable_key),
    round(cast(sum(cast(features.danceability as decimal(18, 9))) as double) / nullif(count(features.danceability), 0), 4),
    round(cast(sum(cast(features.energy as decimal(18, 9))) as double) / nullif(count(features.energy), 0), 4),
    round(cast(sum(cast(features.loudness as decimal(18, 9))) as double) / nullif(count(features.loudness), 0), 4),
    round(cast(sum(cast(features.speechiness as decimal(18, 9))) as double) / nullif(count(features.speechiness), 0), 4),
    round(cast(sum(cast(features.acousticness as decimal(18, 9))) as double) / nullif(count(features.acousticness), 0), 4),
    round(cast(sum(cast(features.instrumentalness as decimal(18, 9))) as double) / nullif(count(features.instrumentalness), 0), 4),
    round(cast(sum(cast(features.liveness as decimal(18, 9))) as double) / nullif(count(features.liveness), 0), 4),
    round(cast(sum(cast(features.valence as decimal(18, 9))) as double) / nullif(count(features.valence), 0), 4),
    round(cast(sum(cast(features.tempo as decimal(18, 9))) as double) / nullif(count(features.tempo), 0), 4),
    round(cast(sum(cast(features.musical_mode as decimal(18, 9))) as double) / nullif(count(features.musical_mode), 0), 4)
from current_track_genres as tracks
left join marts.fct_audio_features as features on tracks.track_durable_key = features.track_durable_key
group by release_decade, tracks.genre_key, tracks.genre_name;

---------- reports of the loads

create table marts.rpt_loads (
    run_id varchar primary key,
    observed_on date not null,
    data_source varchar not null,
    app_mode varchar,
    outcome varchar not null,
    message varchar,
    calls bigint not null,
    retries bigint not null,
    refusals bigint not null,
    seconds_waited double,
    rows_written bigint not null,
    rows_rejected bigint not null,
    duration_seconds bigint not null,
    started_at timestamp not null,
    finished_at timestamp not null
);

insert into marts.rpt_loads
select
    run_id,
    observed_on,
    source,
    app_mode,
    outcome,
    message,
    calls,
    retries,
    refusals,
    seconds_waited,
    rows_written,
    rows_rejected,
    date_diff('second', started_at, finished_at),
    make_timestamp(epoch_us(started_at)),
    make_timestamp(epoch_us(finished_at))
from raw_spotify.load_runs;

create table marts.rpt_rejected_objects (
    object_type varchar,
    reason varchar,
    rejected_objects bigint not null,
    days_rejected bigint not null,
    first_rejected_on date not null,
    last_rejected_on date not null,
    primary key (object_type, reason)
);

insert into marts.rpt_rejected_objects
select
    object_type,
    reason,
    count(*),
    count(distinct observed_on),
    min(observed_on),
    max(observed_on)
from raw_spotify.rejected_objects
group by object_type, reason;

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
    union all
    select 'audio_features', 'marts', count(*), count(*) filter (not is_known),
        'the provider has none of the track', count(distinct track_id) filter (is_known),
        count(*) filter (is_known) - count(distinct track_id) filter (is_known), 'another provider is trusted more'
    from raw_spotify.audio_features
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
select entity, 4, 'snapshots', 'marts', kept, versions, 0, null from history
union all
select 'audio_features', 3, 'staging', 'marts', told, (select count(*) from marts.fct_audio_features), unknown,
    case when unknown > 0 then 'the track itself was never loaded' end
from (
    select
        count(distinct features.track_id) as told,
        count(distinct features.track_id) filter (dim_track.track_id is null) as unknown
    from raw_spotify.audio_features as features
    left join marts.dim_track on features.track_id = dim_track.track_id
    where features.is_known
);
