"""The pages: one file a reader."""
