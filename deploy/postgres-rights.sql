-- What the web processes and the worker need of PostgreSQL, and no more: they cannot change the tables, take a trigger off,
-- or change a record of a journal or an act that somebody did. Run it as the owner of the database, who migrates:
--   CREATE ROLE contests_app LOGIN PASSWORD '…';
--   psql --single-transaction --set ON_ERROR_STOP=1 --file deploy/postgres-rights.sql contests
-- then set CONTESTS_DATABASE to contests_app for all but `contests migrate`. After a restore, run it again.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;  -- PostgreSQL 14 and older gave it to everybody
GRANT USAGE ON SCHEMA public TO contests_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO contests_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO contests_app;
-- Tables of a later release, made by the same owner.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO contests_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO contests_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM contests_app;
REVOKE UPDATE, DELETE ON record FROM contests_app;
REVOKE UPDATE, DELETE ON action FROM contests_app;
GRANT UPDATE (detail, evidence_name, evidence) ON action TO contests_app;  -- what is personal in it is emptied when its time is over
