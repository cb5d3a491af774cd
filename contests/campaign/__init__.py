"""The definition of a campaign: its structs, how it is read, and what the linter says of it."""
