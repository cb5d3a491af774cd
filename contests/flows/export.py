"""Export: a campaign's bundle (public) and its legal file (identities), as files."""

import csv
import io
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from typing import IO

import msgspec

from contests.audit.bundle import EPOCH, Part, part, write_bundle
from contests.codec import canonical
from contests.draw.seed import Beacon
from contests.flows.draw import recorded_source
from contests.flows.house import House
from contests.store import campaigns, draws, entries, journals, views
from contests.store.tables import DrawRow


def export_bundle(house: House, campaign: str, out: IO[bytes]) -> None:
    """Write the bundle of a published campaign, as far as it has come. Raises NotFound for a draft."""
    with house.store.read() as tx:
        campaigns.standing(tx, campaign)
        head = journals.head(tx, campaign)

        def records() -> Iterator[bytes]:
            for data in journals.each_record(tx, campaign, head.frontier.size):
                yield data + b"\n"

        parts = [
            Part("journal/records.jsonl", records),
            part("journal/checkpoint", head.checkpoint),
            part("journal/vkey", f"{head.vkey}\n".encode()),
        ]
        row = draws.get(tx, campaign)
        if row is not None:
            parts += _draw_parts(row)
        parts += [
            part(f"papers/rules-{paper.version}-{paper.language}.html", paper.data)
            for paper in views.papers(tx, campaign)
        ]
        parts.append(part("verify.py", (files("contests.audit") / "standalone.py").read_bytes()))
        write_bundle(out, parts)


def _draw_parts(row: DrawRow) -> list[Part]:
    folder = f"draws/{row.draw}"
    found = [part(f"{folder}/pool.csv", row.pool), part(f"{folder}/checkpoint", row.checkpoint)]
    if row.drawn_at is None:
        return found
    source = recorded_source(row.source)
    if isinstance(source, Beacon):
        found.append(part(f"{folder}/round.json", canonical(source.round)))
    else:
        found.append(part(f"{folder}/source.txt", source.text.encode()))
    return [*found, part(f"{folder}/ranking.csv", row.ranking)]


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
