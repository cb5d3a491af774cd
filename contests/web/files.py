"""The built files below /static/, read once and sent from memory, compressed for whoever can unpack them."""

import mimetypes
from pathlib import Path

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.types import ASGIApp

from contests.web.ready import Ready, packed

KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
BROTLI = ".br"  # written by the build beside each file


class Files:
    """The files of one folder, by name. What is built anew is seen by the next process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Ready] = {}

    def find(self, name: str) -> Ready:
        """Return a file. Raises NotFoundException; a name is looked for in the folder's list, never joined to a path."""
        known = self._known.get(name)
        if known is None:
            there = {path.name for path in self._folder.iterdir()}
            if name not in there or name.endswith(BROTLI) or not (self._folder / name).is_file():
                raise NotFoundException
            self._known[name] = known = self._read(name, brotli=name + BROTLI in there)
        return known

    def _read(self, name: str, *, brotli: bool) -> Ready:
        body = (self._folder / name).read_bytes()
        kind = KINDS.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        smaller = {"br": (self._folder / (name + BROTLI)).read_bytes()} if brotli else {}
        return Ready(body, {"content-type": kind}, smaller | packed(body))


def files_of(folder: Path) -> HTTPRouteHandler:
    """Return the handler that serves a folder."""
    files = Files(folder)

    @get("/static/{name:str}", include_in_schema=False)
    async def static_file(name: FromPath[str]) -> ASGIApp:
        return files.find(name)

    return static_file
