"""The wheel carries templates, migrations and front-end files: it is installed away from the checkout and opens a page."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAM = """
import secrets, sys
from datetime import UTC, datetime
from litestar.testing import TestClient
import contests
from contests.flows.house import House
from contests.settings import Settings
from contests.store.migrate import upgrade
from contests.store.session import Store
from contests.web.app import create_app
assert "wheel-home" in contests.__file__, contests.__file__
store = Store(sys.argv[1])
upgrade(store)
house = House(store, "wheel.example", "http://testserver.local", secrets.token_bytes)
with TestClient(create_app(house, Settings(), lambda: datetime.now(UTC))) as client:
    page = client.get("/?lang=fr")
    assert page.status_code == 200 and "<h1>" in page.text, page.text
    assert client.get("/static/app.css").status_code == 200
store.close()
print("opened")
"""


def test_the_installed_wheel_opens_a_page(tmp_path: Path) -> None:
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(build, check=True, env=environment)  # noqa: S603 - ourselves
    wheel = next(tmp_path.glob("contests-*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    assert "contests/templates/base.html" in names
    assert any(name.startswith("contests/alembic/versions/") for name in names)
    assert "contests/web/static/app.js" in names
    assert not [name for name in names if name.startswith(("tests", "frontend", "examples"))]
    home = tmp_path / "wheel-home"
    venv.create(home, system_site_packages=False, with_pip=False)
    libraries = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    own = next((home / "lib").glob("python3*")) / "site-packages"
    zipfile.ZipFile(wheel).extractall(own)
    # Everything but ourselves comes from the environment the tests run in: its editable link to the checkout comes later.
    (own / "others.pth").write_text(f"{libraries}\n")
    done = subprocess.run(  # noqa: S603 - ourselves
        [str(home / "bin" / "python"), "-c", PROGRAM, f"sqlite:///{tmp_path / 'wheel.db'}"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "opened\n", done.stderr


def test_the_same_source_gives_the_same_wheel(tmp_path: Path) -> None:
    """Another folder, other times of files, another mask of rights: the same bytes."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "pyproject.toml", "README.md", "LICENSE", "contests", "templates", "alembic"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")[:-1]  # fmt: skip
    names += [str(path.relative_to(ROOT)) for path in (ROOT / "contests" / "web" / "static").iterdir()]
    digests = []
    for folder, changed, rights in (("one", 1_700_000_000, 0o644), ("two/deeper", 1_800_000_000, 0o600)):
        source = tmp_path / folder
        for name in names if folder == "one" else reversed(names):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
            (source / name).chmod(rights)
            os.utime(source / name, (changed, changed))
        environment = os.environ | {"SOURCE_DATE_EPOCH": "1790000000"}
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / folder / "out")]
        subprocess.run(build, cwd=source, check=True, capture_output=True, env=environment)  # noqa: S603 - ourselves
        (wheel,) = (source / "out").glob("*.whl")
        digests.append(hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert digests[0] == digests[1]
