-- Who may do what in EchoStream's database. Run it once as the database's owner or the server's Entra administrator; running
-- it again changes nothing. Afterwards make users members of the roles, as at the end of this file.
--
--   echostream_loader       python -m loader   writes raw_spotify, and the schema its rows wait in; sees nothing else
--   echostream_transformer  dbt                reads raw_spotify; owns staging, intermediate, snapshots and marts
--   echostream_developer    dbt, beside it     reads raw_spotify and what production built; owns only schemas of its own
--   echostream_reader       Power BI, people   reads marts; sees nothing else
--
-- All schemas belong to dbo, so a view in marts may read what its reader may not. That is also why the loader may make
-- tables and no views.

if schema_id('raw_spotify') is null
    exec ('create schema raw_spotify authorization dbo');
if schema_id('raw_spotify_staging') is null
    exec ('create schema raw_spotify_staging authorization dbo');
if schema_id('staging') is null
    exec ('create schema staging authorization dbo');
if schema_id('intermediate') is null
    exec ('create schema intermediate authorization dbo');
if schema_id('snapshots') is null
    exec ('create schema snapshots authorization dbo');
if schema_id('marts') is null
    exec ('create schema marts authorization dbo');
go

if database_principal_id('echostream_loader') is null
    create role echostream_loader;
if database_principal_id('echostream_transformer') is null
    create role echostream_transformer;
if database_principal_id('echostream_developer') is null
    create role echostream_developer;
if database_principal_id('echostream_reader') is null
    create role echostream_reader;
go

-- The loader makes its tables, adds columns to them, writes, merges and empties them. The lock that keeps two loads apart
-- (sp_getapplock) is open to everybody in the database and needs no grant.
grant create table to echostream_loader;
grant select, insert, update, delete, alter on schema::raw_spotify to echostream_loader;
grant select, insert, update, delete, alter on schema::raw_spotify_staging to echostream_loader;

-- dbt makes tables and views, gives them indexes and descriptions, and grants readers what they may read.
grant create table, create view to echostream_transformer;
grant select on schema::raw_spotify to echostream_transformer;
grant control on schema::staging to echostream_transformer;
grant control on schema::intermediate to echostream_transformer;
grant control on schema::snapshots to echostream_transformer;
grant control on schema::marts to echostream_transformer;

-- A developer's dbt makes its schemas (ECHOSTREAM_DEV_SCHEMA), which belong to whoever made them, and reads production's
-- for what it does not build itself (--defer).
grant create schema, create table, create view to echostream_developer;
grant select on schema::raw_spotify to echostream_developer;
grant select on schema::staging to echostream_developer;
grant select on schema::intermediate to echostream_developer;
grant select on schema::snapshots to echostream_developer;
grant select on schema::marts to echostream_developer;

-- Also tables and views that are made anew by every build.
grant select on schema::marts to echostream_reader;
go

-- Users, one for each who logs in. With Entra ID (an app, a managed identity, a person or a group), by its name there:
--
--   create user [id-echostream-load] from external provider;
--   alter role echostream_loader add member [id-echostream-load];
--
-- With a password, in a database that holds its own users, as Azure SQL's do:
--
--   create user nightly_load with password = '...';
--   alter role echostream_loader add member nightly_load;
--
-- Whoever loads and builds is a member of both echostream_loader and echostream_transformer.
