"""Write a release of the last commit to dist/: the wheel, the source, what it is made of (CycloneDX), SHA256SUMS.

Everything is made from the commit, in a folder of its own, with the commit's time: who does it again gets the same bytes.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = ROOT / ".venv" / "bin"
TOOLS = ROOT / "build" / "tools" / "bin"


def run(*words: str | Path, at: Path = ROOT, **variables: str) -> bytes:
    """Run a program with our own Node.js and Python first; return what it printed. Ends everything when it fails."""
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | variables
    done = subprocess.run([str(word) for word in words], cwd=at, env=environment, stdout=subprocess.PIPE, check=False)  # noqa: S603 - named below
    if done.returncode:
        sys.exit(f"{words[0]} ended with {done.returncode}: nothing is released.")
    return done.stdout


def settled(bom: bytes, time: str) -> str:
    """Return a bill of materials without what chance and the clock put into it. `time` is the commit's, in RFC 3339."""
    found = json.loads(bom)
    found.pop("serialNumber", None)
    found.setdefault("metadata", {})["timestamp"] = time
    return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def bills(source: Path, out: Path, stem: str, time: str) -> None:
    """Write what the release is made of, from the two lock files."""
    python = run(
        TOOLS / "cyclonedx-py", "requirements", "--output-reproducible", "--pyproject", "pyproject.toml",
        "requirements/run.txt", at=source,
    )  # fmt: skip
    (out / f"{stem}-python.cdx.json").write_text(settled(python, time), encoding="utf-8")
    npm = run("npm", "sbom", "--package-lock-only", "--sbom-format", "cyclonedx", at=source / "frontend")
    (out / f"{stem}-frontend.cdx.json").write_text(settled(npm, time), encoding="utf-8")


def release(out: Path) -> None:
    """Write the release's files to `out`, an empty folder."""
    epoch, time = run("git", "log", "-1", "--format=%ct %cI").decode().split()
    with tempfile.TemporaryDirectory(prefix="contests-release-") as folder:
        source = Path(folder) / "source"
        source.mkdir()
        run("git", "archive", "--output", source.with_suffix(".tar"), "HEAD")
        run("tar", "-xf", source.with_suffix(".tar"), "-C", source)
        frontend = source / "frontend"
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", at=frontend)
        run("node", "build.mjs", at=frontend)
        run(
            BIN / "python", "-m", "build", "--wheel", "--no-isolation", "--outdir", out, at=source,
            SOURCE_DATE_EPOCH=epoch,
        )  # fmt: skip
        (wheel,) = out.glob("*.whl")
        stem = "-".join(wheel.name.split("-")[:2])
        # Below a folder of its own, as one unpacks it.
        run("git", "archive", f"--prefix={stem}/", "--output", source.with_suffix(".tar"), "HEAD")
        # The name and the time of the packed file are left out of it.
        packed = run("gzip", "--no-name", "--best", "--stdout", source.with_suffix(".tar"))
        (out / f"{stem}-source.tar.gz").write_bytes(packed)
        bills(source, out, stem, time)
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(out.iterdir())]
    (out / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    sys.stdout.write("".join(sums))


def main() -> None:
    """Refuse what is not committed; write dist/ anew."""
    if run("git", "status", "--porcelain"):
        sys.exit("A release is made of a commit: commit or put away what `git status` shows.")
    out = ROOT / "dist"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    release(out)


if __name__ == "__main__":
    main()
