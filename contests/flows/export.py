"""Export: a campaign's bundle (public) and its legal file (identities), as files."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from typing import IO

import msgspec

from contests.audit.bundle import EPOCH, Part, part, write_bundle
from contests.audit.witnessed import PUBLIC, Public, policy_of
from contests.codec import canonical, instant
from contests.draw.seed import Beacon
from contests.flows.draw import recorded_source
from contests.flows.house import House
from contests.journal.merkle import inclusion_proof
from contests.journal.note import parse_note
from contests.journal.receipt import Receipt
from contests.store import campaigns, draws, entries, journals, minutes, stamps, views
from contests.store.session import Tx
from contests.store.tables import DrawRow


def export_bundle(house: House, campaign: str, out: IO[bytes]) -> None:
    """Write the bundle of a published campaign, as far as it has come. Raises NotFound for a draft."""
    with house.store.read() as tx:
        campaigns.standing(tx, campaign)
        head = journals.head(tx, campaign)

        def records() -> Iterator[bytes]:
            for data in journals.each_record(tx, campaign, head.frontier.size):
                yield data + b"\n"

        write_bundle(
            out, [Part("journal/records.jsonl", records), *_parts(tx, house, campaign, head, draws.get(tx, campaign))]
        )


def bundle_state(house: House, campaign: str) -> str:
    """Return a digest in hex that changes whenever the bundle does, without reading records or frozen list.

    The checkpoint stands for the records. The list is written once, together with its freeze checkpoint.
    """
    running = hashlib.sha256()
    with house.store.read() as tx:
        head = journals.head(tx, campaign)
        for each in _parts(tx, house, campaign, head, views.draw_head(tx, campaign)):
            if not each.name.endswith("/pool.csv"):
                running.update(f"{each.name}\n{hashlib.sha256(b''.join(each.chunks())).hexdigest()}\n".encode())
    return running.hexdigest()


def _parts(tx: Tx, house: House, campaign: str, head: journals.Head, row: DrawRow | None) -> list[Part]:
    """Return all files but the records."""
    parts = [part("journal/checkpoint", head.checkpoint), part("journal/vkey", f"{head.vkey}\n".encode())]
    if row is not None:
        parts += _draw_parts(row)
        parts += _stamp_parts(tx, house, campaign, row)
    parts += [
        part(f"papers/rules-{paper.version}-{paper.language}.html", paper.data) for paper in views.papers(tx, campaign)
    ]
    for issued in minutes.all_of(tx, campaign):
        name = f"papers/minutes-{issued.number}-{issued.language}"
        parts += [part(f"{name}.html", issued.data), part(f"{name}.pdf", issued.pdf)]
    return [*parts, part("verify.py", (files("contests.audit") / "standalone.py").read_bytes())]


def _draw_parts(row: DrawRow) -> list[Part]:
    folder = f"draws/{row.draw}"
    found = [Part(f"{folder}/pool.csv", lambda: (row.pool,)), part(f"{folder}/checkpoint", row.checkpoint)]
    if row.drawn_at is None:
        return found
    source = recorded_source(row.source)
    if isinstance(source, Beacon):
        found.append(part(f"{folder}/round.json", canonical(source.round)))
    else:
        found.append(part(f"{folder}/source.txt", source.text.encode()))
    return [*found, part(f"{folder}/ranking.csv", row.ranking)]


def _stamp_parts(tx: Tx, house: House, campaign: str, row: DrawRow) -> list[Part]:
    """Return time stamps and cosignatures, where there are any (spec bundle §5)."""
    folder = f"draws/{row.draw}/stamps"
    found = stamps.tokens(tx, campaign)
    authorities = sorted({token.authority for token in found})
    parts, listed = [], []
    for token in found:
        number = authorities.index(token.authority) + 1
        listed.append(
            {"authority": number, "url": token.authority, "what": token.what}
            | ({} if token.token else {"missing": token.error})
        )
        if token.token:
            parts.append(part(f"{folder}/{token.what}-{number}.tsr", token.token))
    for number, authority in enumerate(authorities, 1):
        roots = next((token.roots for token in found if token.authority == authority and token.token), b"")
        if roots:
            parts.append(part(f"{folder}/authority-{number}.pem", roots))
    if listed:
        parts.insert(0, part(f"{folder}/index.json", canonical(listed)))
    if row.served_at:
        slug = campaigns.standing(tx, campaign).definition.slug
        told = Public(address=f"{house.url}/c/{slug}/draws/{row.draw}/pool.csv", served=instant(row.served_at))
        parts.append(part(f"{folder}/{PUBLIC}", canonical(told)))
    return [*parts, *_witness_parts(tx, campaign, row, folder)]


def _witness_parts(tx: Tx, campaign: str, row: DrawRow, folder: str) -> list[Part]:
    """Return the register's proof that the frozen list was public, under the first head that satisfies the policy."""
    heads = stamps.cosigned_after(tx, row.registered) if row.registered is not None else []
    if row.registered is None or not heads:
        return []
    policy = policy_of(campaigns.standing(tx, campaign).definition)
    seen = {head.size: parse_note(head.note) for head in heads}
    met = (
        head
        for head in heads
        if policy.met({named.name for named in policy.witnesses if named.witness.saw(seen[head.size]) is not None})
    )
    head = next(met, heads[0])
    proof = inclusion_proof(row.registered, head.size, journals.stored_subtree(tx, journals.REGISTER))
    record = journals.records(tx, journals.REGISTER, row.registered, row.registered + 1)[0]
    receipt = Receipt(record, row.registered, tuple(proof), head.note)
    return [
        part(f"{folder}/register.tlog-proof", receipt.text().encode()),
        part(f"{folder}/register.vkey", f"{journals.head(tx, journals.REGISTER).vkey}\n".encode()),
    ]


def export_identities(house: House, campaign: str, out: IO[bytes]) -> int:
    """Write the legal file: who was drawn, and the keys of their commitments. Returns how many people."""
    lines = []
    with house.store.read() as tx:
        row = draws.get(tx, campaign)
        drawn = csv.DictReader(io.StringIO(row.ranking.decode())) if row else []
        for award in drawn:
            first = next((entry for entry in entries.of_entrant(tx, award["entrant"]) if entry.key), None)
            if first is None:
                continue  # erased
            line = {
                "entrant": award["entrant"],
                "entry": first.id,
                "key": first.key.hex(),
                "identity": msgspec.json.decode(first.identity),
                "rank": int(award["rank"]),
                "prize": award["prize"],
            }
            lines.append(canonical(line))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as legal:
        legal.writestr(zipfile.ZipInfo("identities.jsonl", EPOCH), b"".join(line + b"\n" for line in lines))
    return len(lines)
