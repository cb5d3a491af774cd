"""The fixtures of the web's tests serve here too."""

from web.conftest import open_site, site

__all__ = ["open_site", "site"]
