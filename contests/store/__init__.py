"""The store: tables, the one session that commits, one file a topic, and read-only views."""
