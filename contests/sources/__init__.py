"""Where entries come from besides the landing page: one file a source."""
