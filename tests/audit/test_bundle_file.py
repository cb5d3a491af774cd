"""The bundle as a zip: the same bytes as the library's, to sizes where the library changes its form."""

import hashlib
import io
import zipfile

import pytest

from contests.audit import bundle
from contests.audit.bundle import EPOCH, README, part, write_bundle
from contests.codec import canonical
from contests.errors import Malformed

PARTS = [
    part("journal/records.jsonl", b'{"kind":"entry.accepted"}\n' * 50_000),
    part("draws/final/pool.csv", b""),
    part("papers/rules-1-fr.html", bytes(range(256)) * 999),
]


def test_it_is_what_the_library_writes() -> None:
    listed = [part("README.txt", README.encode()), *PARTS]
    digests = {each.name: hashlib.sha256(b"".join(each.chunks())).hexdigest() for each in listed}
    theirs, ours = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(theirs, "w") as file:
        for each in (listed[0], part("manifest.json", canonical(digests)), *listed[1:]):
            info = zipfile.ZipInfo(each.name, EPOCH)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            with file.open(info, "w") as out:
                for chunk in each.chunks():
                    out.write(chunk)
    write_bundle(ours, PARTS)
    assert ours.getvalue() == theirs.getvalue()


def test_what_no_reader_would_open_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "LARGEST_FILE", 1_000_000)
    with pytest.raises(Malformed, match=r"records\.jsonl: 1300000 bytes, 1000000 at most"):
        write_bundle(io.BytesIO(), PARTS)
