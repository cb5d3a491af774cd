-- What the web processes and the worker need of PostgreSQL, and no more: they cannot change the tables, take a trigger off,
-- or change a record of a journal or an act that somebody did. Run it as the owner of the database, who migrates:
--   CREATE ROLE contests_app LOGIN PASSWORD '…';
--   psql --file deploy/postgres-rights.sql contests
-- then set CONTESTS_DATABASE to contests_app for all but `contests migrate`. Run it again after each upgrade.
GRANT USAGE ON SCHEMA public TO contests_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO contests_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO contests_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM contests_app;
REVOKE UPDATE, DELETE ON record FROM contests_app;
REVOKE UPDATE, DELETE ON action FROM contests_app;
GRANT UPDATE (detail, evidence_name, evidence) ON action TO contests_app;  -- what is personal in it is emptied when its time is over
