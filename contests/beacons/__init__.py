"""Where public chance is fetched."""
