"""What software answers: the digest of every file of the package that is installed here."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import contests
from contests.web.render import templates


def listing(package: Path, pages: Path) -> str:
    """Return a line for each file, digest and path, sorted by path, as `sha256sum` writes them."""
    files = {f"./{path.relative_to(package).as_posix()}": path for path in _files(package)}
    if not pages.is_relative_to(package):
        files |= {f"./templates/{path.relative_to(pages).as_posix()}": path for path in _files(pages)}
    return "".join(f"{sha256(files[name].read_bytes()).hexdigest()}  {name}\n" for name in sorted(files))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


@cache
def software_digest() -> str:
    """Return the SHA-256 of the listing, computed once for the life of the process."""
    return sha256(listing(Path(contests.__file__).parent, templates()).encode()).hexdigest()
