"""Static files: what others serve is byte for byte what the application serves; a checkpoint comes after all it promises."""

import contextlib
import functools
import logging
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fake_s3 import FakeStore, fake_s3
from litestar.testing import TestClient
from simulator import START, Make, Simulator

from contests import cli
from contests.audit.bundle import open_bytes
from contests.audit.verify import verify
from contests.beacons.journal import read_journal
from contests.draw.seed import Rehearsal
from contests.errors import Malformed, Refused, Unavailable
from contests.flows import draw as drawing
from contests.flows.mirror import BATCH, FOREVER, KEPT, Mirror, mirror_due
from contests.flows.register import open_register
from contests.journal.checkpoint import Checkpoint, parse_checkpoint
from contests.journal.merkle import Frontier, leaf_hash, range_root
from contests.journal.note import Signer
from contests.journal.tiles import WIDTH, TileName, filled_up, partial_tiles, tile_path
from contests.senders.shelf import PARTIAL, File, Folder, Found, Large, Shelf
from contests.settings import Settings, load, mirror_of
from contests.store import journals
from contests.store.session import Store
from contests.web.app import create_app
from contests.worker import Reach, tick_files


def grow(store: Store, journal: str, size: int, at: datetime) -> None:
    """Let a journal have `size` records; the new ones say nothing."""
    with store.write() as tx:
        head = journals.lock(tx, journal)
        there = head.frontier.size
        journals.append(tx, head, [("test", f'{{"n":{n}}}'.encode()) for n in range(there, size)], at)


def needed(size: int) -> set[str]:
    """Return the addresses of all tiles that a reader of `size` records may ask for, said anew."""
    found, count, level = set(), size, 0
    while count:
        names = [TileName(level, n) for n in range(count // WIDTH)]
        names += [TileName(level, count // WIDTH, count % WIDTH)] if count % WIDTH else []
        found |= {tile_path(name) for name in names}
        found |= {tile_path(name._replace(level=None)) for name in names} if level == 0 else set()
        count, level = count // WIDTH, level + 1
    return found


def whole(shelf: Shelf, folder: str) -> int:
    """Return how many records the shelf shows; fails unless every tile is there and gives the signed root. -1: no checkpoint."""
    note = shelf.read(f"{folder}/checkpoint")
    if note is None:
        return -1
    head = parse_checkpoint(note.data)[0]
    tiles: dict[str, bytes] = {}
    for path in needed(head.size):
        found = shelf.read(f"{folder}/tile/{path}")
        assert found, f"{path} is missing at {head.size} records"
        tiles[path] = found.data
    leaves = b"".join(tiles[tile_path(name)] for name in level_zero(head.size))
    frontier = Frontier().extend([leaves[i : i + 32] for i in range(0, len(leaves), 32)])
    assert (frontier.size, frontier.root()) == (head.size, head.root)
    return head.size


def level_zero(size: int) -> list[TileName]:
    return [TileName(0, n) for n in range(size // WIDTH)] + [name for name in partial_tiles(size) if name.level == 0]


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and PARTIAL not in path.parts
    }


@contextlib.contextmanager
def asked(sim: Simulator) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(sim.house, Settings(proof_cost=1), lambda: sim.now)) as client:
        yield client


def same_as_served(
    client: TestClient[Any], files: dict[str, bytes], *, but: tuple[str, ...] = ("bundle.state",)
) -> None:
    assert files
    for path, data in files.items():
        if path.rpartition("/")[2] not in but:
            answer = client.get(f"/{path}")
            assert (path, answer.status_code) == (path, 200)
            assert answer.content == data, path


@pytest.fixture
def served() -> Iterator[Callable[[Path], str]]:
    """Serve a folder with the plainest of servers; give its address."""
    with contextlib.ExitStack() as stack:

        def serve(folder: Path) -> str:
            class Quiet(SimpleHTTPRequestHandler):
                def log_message(self, *_: object) -> None:
                    pass

            server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield serve


SIZES = (1, 255, 256, 257, 511, 512, 513, 1000)


def test_the_names_of_what_is_new_add_up_to_all_that_a_reader_needs() -> None:
    for old, new in [
        (0, 0),
        (0, 1),
        (1, 255),
        (255, 256),
        (256, 65_535),
        (65_535, 65_536),
        (65_536, 70_000),
        (0, 200_000),
    ]:
        fresh = {tile_path(name) for name in partial_tiles(new)}
        fresh |= {tile_path(TileName(level, n)) for level in range(8) for n in filled_up(level, old, new)}
        fresh |= {tile_path(TileName(None, n)) for n in filled_up(None, old, new)}
        full_before = {path for path in needed(old) if ".p/" not in path}
        assert fresh == needed(new) - full_before


def test_the_folder_holds_what_the_addresses_serve_at_every_size(simulate_on: Make, tmp_path: Path) -> None:
    sim = simulate_on()
    mirror = Mirror(Folder(tmp_path / "out"))
    with asked(sim) as client:
        for size in SIZES:
            grow(sim.store, sim.id, size, sim.now)
            mirror_due(sim.house, mirror, lambda: sim.now)
            assert whole(mirror.shelf, "c/sim/journal") == max(size, 1)
            assert whole(mirror.shelf, "journal") == 1
            same_as_served(client, files_of(tmp_path / "out"))
    vkey = (tmp_path / "out/c/sim/journal/vkey").read_bytes()
    with sim.store.read() as tx:
        assert vkey.decode() == f"{journals.head(tx, sim.id).vkey}\n"


def test_a_journal_without_records_has_its_checkpoint(tmp_path: Path, simulate: Make) -> None:
    sim = simulate()
    empty = Simulator(f"sqlite:///{tmp_path / 'empty.db'}")
    open_register(empty.house)
    assert mirror_due(empty.house, Mirror(Folder(tmp_path / "out")), lambda: sim.now) == 1
    assert set(files_of(tmp_path / "out")) == {"journal/checkpoint", "journal/vkey"}
    assert whole(Folder(tmp_path / "out"), "journal") == 0
    empty.store.close()


def test_a_tile_of_the_second_level_comes_when_it_is_full(simulate: Make, tmp_path: Path) -> None:
    sim = simulate()
    mirror = Mirror(Folder(tmp_path / "out"))
    for size in (65_535, 65_793):
        grow(sim.store, sim.id, size, sim.now)
        mirror_due(sim.house, mirror, lambda: sim.now)
        assert whole(mirror.shelf, "c/sim/journal") == size
    files = files_of(tmp_path / "out/c/sim/journal")
    assert len(files["tile/1/000"]) == 8192
    assert len(files["tile/2/000.p/1"]) == 32
    with asked(sim) as client:
        some = {path for path in files if "/0/" not in path and "entries" not in path} | {
            "tile/0/255", "tile/0/256", "tile/entries/000", "tile/entries/256", "tile/entries/257.p/1", "tile/0/257.p/1",
        }  # fmt: skip
        same_as_served(client, {f"c/sim/journal/{path}": files[path] for path in some})


def test_a_full_tile_is_written_once(simulate: Make, tmp_path: Path) -> None:
    sim = simulate()
    noted = Noting(Folder(tmp_path / "out"))
    mirror = Mirror(noted)
    for size in (300, 700, 1500, 1501):
        grow(sim.store, sim.id, size, sim.now)
        mirror_due(sim.house, mirror, lambda: sim.now)
    full = [path for path in noted.put_paths if "/tile/" in path and ".p/" not in path]
    assert len(full) == len(set(full)) == 2 * 5
    before = len(noted.put_paths)
    assert mirror_due(sim.house, Mirror(noted), lambda: sim.now) == 2  # a new process reads the two checkpoints
    assert noted.put_paths[before:] == []


class Noting:
    """A shelf that notes what is written, and may break off before a write as a killed process does."""

    def __init__(self, shelf: Shelf, writes: int = sys.maxsize) -> None:
        self.shelf, self.left = shelf, writes
        self.put_paths: list[str] = []
        self.reads = 0
        self.lock = threading.Lock()

    def _count(self, path: str) -> None:
        with self.lock:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            self.put_paths.append(path)

    def read(self, path: str) -> Found | None:
        self.reads += 1
        return self.shelf.read(path)

    def has(self, path: str) -> bool:
        return self.shelf.has(path)

    def put(self, file: File | Large) -> None:
        self._count(file.path)
        self.shelf.put(file)

    def swap(self, file: File, before: Found | None) -> bool:
        self._count(file.path)
        swapped = self.shelf.swap(file, before)
        assert whole(self.shelf, file.path.rpartition("/")[0]) >= 0  # at this very moment
        return swapped

    def remove(self, path: str) -> None:
        self.shelf.remove(path)


def test_killed_at_any_write_it_shows_a_whole_journal_and_goes_on(simulate_on: Make, tmp_path: Path) -> None:
    sim = simulate_on()
    grow(sim.store, sim.id, 300, sim.now)
    shelf = Folder(tmp_path / "out")
    size, kills = 300, 0
    for writes in range(40):
        try:
            mirror_due(sim.house, Mirror(Noting(shelf, writes % 13)), lambda: sim.now)
        except KeyboardInterrupt:
            kills += 1
        assert whole(shelf, "c/sim/journal") in range(-1, size + 1)
        assert whole(shelf, "journal") in {-1, 1}
        if writes % 7 == 6:
            size += 200
            grow(sim.store, sim.id, size, sim.now)
    assert kills > 8
    mirror_due(sim.house, Mirror(shelf), lambda: sim.now)
    assert whole(shelf, "c/sim/journal") == size
    with asked(sim) as client:
        same_as_served(client, files_of(tmp_path / "out"))


def test_what_a_killed_process_has_written_is_not_written_again(simulate: Make, tmp_path: Path) -> None:
    sim = simulate()
    grow(sim.store, sim.id, 40 * BATCH * WIDTH // 4, sim.now)
    shelf = Folder(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        mirror_due(sim.house, Mirror(Noting(shelf, 8 * 2 * BATCH)), lambda: sim.now)
    after = Noting(shelf)
    mirror_due(sim.house, Mirror(after), lambda: sim.now)
    full = [path for path in after.put_paths if "/tile/entries/" in path]
    assert len(full) <= 40 * BATCH // 4 - 6 * BATCH
    assert whole(shelf, "c/sim/journal") == 40 * BATCH * WIDTH // 4


def test_tiles_of_a_lost_history_are_written_over(simulate: Make, tmp_path: Path) -> None:
    """A process was killed before its checkpoint; the database was restored and went on otherwise."""
    sim = simulate()
    shelf = Folder(tmp_path / "out")
    mirror_due(sim.house, Mirror(shelf), lambda: sim.now)
    size = 3 * BATCH * WIDTH
    for number in range(2 * BATCH + 5):
        for level in (None, 0):
            path = f"c/sim/journal/tile/{tile_path(TileName(level, number))}"
            shelf.put(File(path, b"lost", "application/octet-stream", FOREVER))
    grow(sim.store, sim.id, size, sim.now)
    mirror_due(sim.house, Mirror(shelf), lambda: sim.now)
    assert whole(shelf, "c/sim/journal") == size


def test_nothing_half_written_can_be_seen(simulate: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sim = simulate()
    folder = Folder(tmp_path / "out")
    folder.tidy(datetime.now(UTC))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            mirror_due(sim.house, Mirror(folder), lambda: sim.now)
    assert files_of(tmp_path / "out") == {}
    left = list((tmp_path / "out" / PARTIAL).iterdir())
    assert left
    folder.tidy(datetime.now(UTC))
    assert list((tmp_path / "out" / PARTIAL).iterdir()) == left  # another process may be writing them
    for path in left:
        os.utime(path, (0, 0))
    folder.tidy(datetime.now(UTC))
    assert not list((tmp_path / "out" / PARTIAL).iterdir())


def test_a_file_can_be_read_by_another_server(simulate: Make, tmp_path: Path) -> None:
    sim = simulate()
    mirror_due(sim.house, Mirror(Folder(tmp_path / "out")), lambda: sim.now)
    usual = tmp_path / "usual"
    usual.write_bytes(b"")
    assert (tmp_path / "out/journal/checkpoint").stat().st_mode == usual.stat().st_mode


def test_begun_tiles_go_when_no_reader_can_still_want_them(simulate: Make, tmp_path: Path) -> None:
    sim = simulate()
    mirror = Mirror(Folder(tmp_path / "out"))
    grow(sim.store, sim.id, 10, sim.now)
    mirror_due(sim.house, mirror, lambda: sim.now)
    grow(sim.store, sim.id, 300, sim.now)
    mirror_due(sim.house, mirror, lambda: sim.now)
    begun = tmp_path / "out/c/sim/journal/tile/0/000.p/10"
    assert begun.exists()
    mirror_due(sim.house, mirror, lambda: sim.now + KEPT)
    assert not begun.parent.exists()
    assert whole(mirror.shelf, "c/sim/journal") == 300


def test_a_whole_campaign_is_there_at_its_end(simulate_on: Make, tmp_path: Path) -> None:
    sim = simulate_on()
    sim.enter(*[f"p{n}" for n in range(300)])
    out = tmp_path / "out"
    mirror = Mirror(Folder(out))

    def turn() -> None:
        mirror_due(sim.house, mirror, lambda: sim.now)

    with asked(sim) as client:
        turn()
        assert not (out / "c/sim/bundle.zip").exists()  # it would be made anew for each entry
        sim.freeze()
        turn()
        same_as_served(client, files_of(out))
        assert set(files_of(out / "c/sim/draws/final")) == {"pool.csv", "checkpoint"}
        sim.draw()
        turn()
        same_as_served(client, files_of(out))
        assert set(files_of(out / "c/sim/draws/final")) == {"pool.csv", "checkpoint", "ranking.csv"}
        sim.advance()
        turn()
        sim.go(timedelta(minutes=10))
        turn()
        same_as_served(client, files_of(out))
    with open_bytes((out / "c/sim/bundle.zip").read_bytes()) as bundle:
        assert verify(bundle).passed
        assert b'"address":"https://sim.example/c/sim/draws/final/pool.csv"' in bundle.read(
            "draws/final/stamps/public.json"
        )


def test_the_bundle_is_made_again_only_when_it_changed(simulate: Make, tmp_path: Path) -> None:
    sim = simulate()
    sim.enter("bob")
    sim.freeze()
    noted = Noting(Folder(tmp_path / "out"))
    mirror = Mirror(noted)
    for _ in range(5):
        mirror_due(sim.house, mirror, lambda: sim.now)
        sim.go(timedelta(minutes=11))
    mirror_due(sim.house, Mirror(noted), lambda: sim.now)
    assert noted.put_paths.count("c/sim/bundle.zip") == 1
    assert drawing.draw(sim.house, sim.id, Rehearsal("x"), sim.campaign.draws_at)
    sim.go(sim.campaign.draws_at)
    mirror_due(sim.house, mirror, lambda: sim.now)
    assert noted.put_paths.count("c/sim/bundle.zip") == 2


def test_the_frozen_list_is_there_before_the_journal_says_so(simulate: Make, tmp_path: Path) -> None:
    sim = simulate()
    sim.enter("bob")
    sim.freeze()
    noted = Noting(Folder(tmp_path / "out"))
    mirror_due(sim.house, Mirror(noted), lambda: sim.now)
    order = noted.put_paths.index
    assert (
        order("c/sim/draws/final/pool.csv") < order("c/sim/draws/final/checkpoint") < order("c/sim/journal/checkpoint")
    )


def test_drafts_and_people_are_in_no_file(simulate: Make, tmp_path: Path) -> None:
    sim = simulate()
    from contests.codec import canonical
    from contests.flows import publish

    publish.draft(sim.house, canonical(sim.definition_data | {"slug": "secret-draft"}).decode(), "json", sim.now)
    sim.enter("alice")
    sim.draw_all()
    mirror_due(sim.house, Mirror(Folder(tmp_path / "out")), lambda: sim.now)
    files = files_of(tmp_path / "out")
    assert len(files) > 10
    assert not [path for path in files if "secret-draft" in path]
    assert not [path for path, data in files.items() if b"alice@people" in data or b"secret-draft" in data]


def test_a_shelf_that_knows_more_is_left_as_it_is(
    simulate: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sim = simulate()
    shelf = Folder(tmp_path / "out")
    grow(sim.store, sim.id, 20, sim.now)
    with sim.store.read() as tx:
        head = journals.head(tx, sim.id)
    longer = Checkpoint(head.origin, 21, bytes(32)).sign(Signer(head.origin, head.key))
    other = Checkpoint(head.origin, 5, bytes(32)).sign(Signer(head.origin, head.key))
    strange = Checkpoint(head.origin, 5, bytes(32)).sign(Signer(head.origin, bytes(32)))
    for said, note in (("21 records there, 20", longer), ("first 5 records", other), ("Found", strange)):
        shelf.put(File("c/sim/journal/checkpoint", note, "text/plain", FOREVER))
        caplog.clear()
        mirror = Mirror(shelf)
        mirror_due(sim.house, mirror, lambda: sim.now)
        assert said in caplog.text
        found = shelf.read("c/sim/journal/checkpoint")
        assert found
        assert found.data == note
        assert whole(shelf, "journal") == 1  # the others go on
        caplog.clear()
        mirror_due(sim.house, mirror, lambda: sim.now)
        assert not caplog.text  # said once in ten minutes


def test_of_two_processes_the_slower_one_does_not_turn_the_checkpoint_back(simulate: Make, tmp_path: Path) -> None:
    sim = simulate()
    grow(sim.store, sim.id, 10, sim.now)

    class Slow(Noting):
        def swap(self, file: File, before: Found | None) -> bool:
            if file.path.startswith("c/"):
                grow(sim.store, sim.id, 20, sim.now)
                mirror_due(sim.house, Mirror(self.shelf), lambda: sim.now)
            return self.shelf.swap(file, before)

    shelf = Folder(tmp_path / "out")
    mirror_due(sim.house, Mirror(Slow(shelf)), lambda: sim.now)
    assert whole(shelf, "c/sim/journal") == 20


def test_a_folder_that_is_away_is_tried_again(simulate: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    sim = simulate()
    (tmp_path / "out").write_text("a file where a folder should be")
    mirror = Mirror(Folder(tmp_path / "out"))
    reach = Reach(mirror=mirror)
    assert tick_files(sim.house, reach, sim.now) == 0
    assert "CONTESTS_PUBLISH" in caplog.text
    assert "NotADirectoryError" in caplog.text
    (tmp_path / "out").unlink()
    assert tick_files(sim.house, reach, sim.now + timedelta(seconds=10)) == 0
    assert tick_files(sim.house, reach, sim.now + timedelta(seconds=31)) == 2
    assert whole(mirror.shelf, "c/sim/journal") == 1


def test_a_receipt_is_checked_against_a_plain_file_server(
    simulate: Make, tmp_path: Path, served: Callable[[Path], str], capsys: pytest.CaptureFixture[str]
) -> None:
    sim = simulate()
    sim.enter("alice")
    sim.enter(*[f"p{n}" for n in range(600)])
    mirror_due(sim.house, Mirror(Folder(tmp_path / "out")), lambda: sim.now)
    address = f"{served(tmp_path / 'out')}/c/sim/journal"
    (tmp_path / "receipt").write_text(sim.receipts["alice"].receipt.text())
    with urllib.request.urlopen(f"{address}/vkey") as answer:  # noqa: S310 - our own server
        vkey = answer.read().decode().strip()
    words = ["verify-receipt", str(tmp_path / "receipt"), "--vkey", vkey, "--journal", address, "--lang", "en"]
    assert cli.main(words) == 0
    assert "The journal honours this receipt: record no. 1 of 602." in capsys.readouterr().out
    today = read_journal(address)
    assert range_root(0, 602, today.subtree) == parse_checkpoint(today.checkpoint)[0].root
    (tmp_path / "out/c/sim/journal/tile/0/000").write_bytes(leaf_hash(b"other") * 256)
    assert cli.main(words) != 0


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeStore]:
    """A store that the usual variables lead to."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    with fake_s3() as (store, address):
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "KEYID")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-of-the-store")
        monkeypatch.setenv("AWS_REGION", "eu-west-3")
        yield store


def open_store(publish: str = "s3://files/jeux/2026") -> Mirror:
    found = mirror_of(Settings(publish=publish), os.environ["AWS_ENDPOINT_URL"], START)
    assert found
    return found


def test_a_bucket_holds_what_the_addresses_serve_with_their_headers(simulate: Make, store: FakeStore) -> None:
    sim = simulate()
    sim.enter(*[f"p{n}" for n in range(300)])
    mirror = open_store()
    mirror_due(sim.house, mirror, lambda: sim.now)
    sim.freeze()
    sim.draw()
    mirror_due(sim.house, mirror, lambda: sim.now)
    assert store.signed == {True}
    assert whole(mirror.shelf, "c/sim/journal") == 304
    assert all(path.startswith("files/jeux/2026/") for path in store.objects)
    files = {path.removeprefix("files/jeux/2026/"): found for path, found in store.objects.items()}
    with asked(sim) as client:
        same_as_served(client, {path: data for path, (data, _) in files.items()})
        for path, (_, headers) in files.items():
            if path.endswith("bundle.state"):
                continue
            answer = client.get(f"/{path}").headers
            assert headers["content-type"] == answer["content-type"], path
            assert headers.get("content-disposition") == answer.get("content-disposition")
            if path.rpartition("/")[2] != "bundle.zip" and not path.endswith("journal/checkpoint"):
                assert headers["cache-control"] == answer["cache-control"], path
    assert files["c/sim/journal/checkpoint"][1]["cache-control"] == "public, max-age=5"
    last = [path for path in store.puts if path.startswith("files/jeux/2026/c/sim/journal/")][-1]
    assert last.endswith("/checkpoint")


def test_a_large_file_goes_to_a_bucket_in_parts(store: FakeStore, tmp_path: Path) -> None:
    data = os.urandom(11 << 20)
    (tmp_path / "large").write_bytes(data)
    with (tmp_path / "large").open("rb") as file:
        open_store("s3://files").shelf.put(Large("c/sim/bundle.zip", file, "application/zip", "no-store", "attachment"))
    found, headers = store.objects["files/c/sim/bundle.zip"]
    assert found == data
    assert len(store.parts["u0"]) == 3
    assert headers["content-type"] == "application/zip"


def test_a_bucket_turns_no_checkpoint_back(store: FakeStore) -> None:
    shelf = open_store().shelf
    first, second = (File("journal/checkpoint", data, "text/plain", "no-store") for data in (b"1", b"2"))
    assert shelf.read(first.path) is None
    assert shelf.swap(first, None)
    assert not shelf.swap(second, None)
    before = shelf.read(first.path)
    assert before
    assert shelf.swap(second, before)
    assert not shelf.swap(first, before)
    assert store.objects["files/jeux/2026/journal/checkpoint"][0] == b"2"


def test_a_store_without_conditions_is_written_all_the_same(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONDITIONAL_PUT", "disabled")
    shelf = open_store().shelf
    assert shelf.swap(File("journal/checkpoint", b"1", "text/plain", "no-store"), None)
    assert shelf.swap(File("journal/checkpoint", b"2", "text/plain", "no-store"), None)
    assert store.objects["files/jeux/2026/journal/checkpoint"][0] == b"2"


def test_begun_tiles_go_from_a_bucket_too(simulate: Make, store: FakeStore) -> None:
    sim = simulate()
    mirror = open_store("s3://files")
    mirror_due(sim.house, mirror, lambda: sim.now)
    grow(sim.store, sim.id, 2, sim.now)
    mirror_due(sim.house, mirror, lambda: sim.now)
    assert "files/c/sim/journal/tile/0/000.p/1" in store.objects
    mirror_due(sim.house, mirror, lambda: sim.now + KEPT)
    assert "files/c/sim/journal/tile/0/000.p/1" not in store.objects
    mirror.shelf.remove("c/sim/journal/tile/0/000.p/1")


@pytest.mark.parametrize("trouble", ["down", "denied"])
def test_a_store_that_is_away_is_named_without_secrets_and_tried_again(
    simulate: Make, store: FakeStore, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    sim = simulate()
    caplog.set_level(logging.DEBUG)
    reach = Reach(mirror=open_store())
    setattr(store, trouble, True)
    assert tick_files(sim.house, reach, sim.now) == 0
    warned = [record for record in caplog.records if record.name == "contests.worker"]
    assert len(warned) == 1
    assert "CONTESTS_PUBLISH" in warned[0].getMessage()
    assert "KEYID" not in caplog.text
    assert "a-secret" not in caplog.text
    setattr(store, trouble, False)
    assert tick_files(sim.house, reach, sim.now + timedelta(seconds=31)) == 2
    assert reach.mirror
    assert whole(reach.mirror.shelf, "c/sim/journal") == 1


def test_a_bucket_without_its_library_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    monkeypatch.delenv("CONTESTS_REQUIRE_BROWSER", raising=False)  # a word to the tests, no setting
    with pytest.raises(Refused, match=r"contests\[s3\]"):
        mirror_of(Settings(publish="s3://files"), "", START)
    monkeypatch.setenv("CONTESTS_PUBLISH", "s3://files")
    monkeypatch.setenv("CONTESTS_DATABASE", f"sqlite:///{tmp_path / 'none.db'}")
    for command in ("serve", "worker"):
        assert cli.main([command]) == 1
        assert "contests[s3]" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()


def test_only_a_folder_or_a_bucket_is_a_place(tmp_path: Path) -> None:
    for good in ("", "/srv/files", "files", "s3://jeux", "s3://jeux/2026/a"):
        assert load({"CONTESTS_PUBLISH": good}).publish == good
    for bad in ("https://example.org/x", "gs://bucket", "s3://", "s3://UPPER", "s3://key:secret@bucket/x", "file:/x"):
        with pytest.raises(Malformed, match="CONTESTS_PUBLISH"):
            load({"CONTESTS_PUBLISH": bad})
    assert mirror_of(Settings(), "", START) is None
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        mirror_of(Settings(publish=str(tmp_path / "file")), "", START)


def test_the_real_worker_writes_the_files(simulate: Make, tmp_path: Path) -> None:
    sim = simulate()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONTESTS_")} | {
        "CONTESTS_DATABASE": str(sim.store.url), "CONTESTS_PUBLISH": str(tmp_path / "out"), "CONTESTS_NAME": "sim.example",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "contests", "worker"], env=environment, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while whole(Folder(tmp_path / "out"), "c/sim/journal") < 0:
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
    finally:
        process.kill()
        process.wait()
