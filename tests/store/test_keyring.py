"""Signing keys at rest: closed under keys that are not in the database; rotation; what happens without the key."""

from pathlib import Path

import pytest

from contests import cli
from contests.errors import Refused
from contests.flows.house import House
from contests.flows.register import open_register
from contests.journal.checkpoint import open_checkpoint
from contests.journal.note import parse_vkey
from contests.settings import load, open_house
from contests.store import journals
from contests.store.keyring import Keyring
from contests.store.migrate import upgrade
from contests.store.tables import JournalRow

OLD, NEW = "an-old-key-of-some-length-" * 2, "the-new-key-of-the-house-" * 2


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/keys.db"


def opened(database: str, *keys: str) -> House:
    house = open_house(load({"CONTESTS_DATABASE": database, "CONTESTS_KEYS": "\n".join(keys)}))
    upgrade(house.store)
    open_register(house)
    return house


def kept(house: House) -> bytes:
    with house.store.read() as tx:
        row = tx.get(JournalRow, journals.REGISTER)
        assert row is not None
        return row.key


def signs(house: House) -> str:
    """Return the vkey under which the register's checkpoint verifies."""
    with house.store.read() as tx:
        head = journals.head(tx, journals.REGISTER)
    open_checkpoint(head.checkpoint, parse_vkey(head.vkey))
    return head.vkey


def test_a_signing_key_is_not_in_the_database(database: str) -> None:
    house = opened(database, NEW)
    with house.store.read() as tx:
        secret = journals.head(tx, journals.REGISTER).key
    assert len(secret) == 32
    assert secret not in kept(house)
    house.store.close()
    assert secret not in b"".join(path.read_bytes() for path in Path(database[10:]).parent.iterdir())


def test_without_the_key_nothing_starts(database: str) -> None:
    opened(database, NEW)
    for keys in ((), (OLD,)):
        with pytest.raises(Refused, match="CONTESTS_KEYS"):
            opened(database, *keys)
    assert signs(opened(database, OLD, NEW))


def test_keys_are_turned_without_a_journal_changing_its_name(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = opened(database)
    vkey = signs(plain)
    monkeypatch.delenv("CONTESTS_REQUIRE_BROWSER", raising=False)  # a word to the tests, no setting
    for keys in ((OLD,), (NEW, OLD), (NEW,)):
        monkeypatch.setenv("CONTESTS_DATABASE", database)
        monkeypatch.setenv("CONTESTS_KEYS", " ".join(keys))
        assert cli.main(["keys"]) == 0
        house = opened(database, *keys)
        assert signs(house) == vkey
        with house.store.read() as tx:
            assert journals.plain_keys(tx) == 0
        assert Keyring(keys[:1]).open(kept(house)) == Keyring(keys).open(kept(house))


def test_turning_without_the_former_key_changes_nothing(database: str) -> None:
    before = kept(opened(database, OLD))
    stranger = open_house(load({"CONTESTS_DATABASE": database, "CONTESTS_KEYS": NEW}))
    with pytest.raises(Refused, match="CONTESTS_KEYS"), stranger.store.write() as tx:
        journals.close_keys(tx)
    assert kept(opened(database, OLD)) == before
