"""Where entries come from besides the landing page: one file a source."""

from contests.comment import Site
from contests.sources.source import Source

SOURCES: dict[Site, Source] = {}
