"""The flows: one verb, one file, one transaction. The only place where the core meets the outside."""
