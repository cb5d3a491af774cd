"""Make proof bundles from the specification alone, honest ones and those of an organiser who cheats.

`make(source, moment=trick, …)` tells one small campaign. At each named moment a trick may change what stands there; what
comes after is computed from it and signed with the organiser's own key, as a cheating organiser would do. Only the moments
`raw` and `archive` come after the manifest: they are damage by somebody else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Record = dict[str, Any]
Trick = Callable[[Any], Any]

CAMPAIGN = hashlib.sha256(b"campaign").hexdigest()[:32]
ORIGIN = f"contests.example/journal/{CAMPAIGN}"
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a made-up key").digest())
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"another key").digest())
CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
ROUND_1000 = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
ROUND_1001 = "b33bf3667cbd5a82de3a24b4e0e9fe5513cc1a0e840368c6e31f5fcfa79bea03f73896b25883abf2853d10337fb8fa41"
SOURCES: dict[str, Record] = {
    "drand": {
        "chain": CHAIN,
        "genesis": 1692803367,
        "genesis_seed": "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
        "name": "quicknet",
        "period": 3,
        "public_key": "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1"
        "fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
        "source": "drand",
    },
    "ceremony": {"source": "ceremony"},
    "rehearsal": {"source": "rehearsal"},
}
DRAWN: dict[str, Record] = {
    "drand": {"chain": CHAIN, "round": 1000, "signature": ROUND_1000, "source": "drand"},
    "ceremony": {"source": "ceremony", "text": "ceremony\nfirst die=3\nsecond die=6\n"},
    "rehearsal": {"source": "rehearsal", "text": "dress rehearsal"},
}
TICKETS = {"alice": 2, "bob": 1, "charlie": 5, "dora": 1, "emil": 1, "fay": 3, "gus": 1, "hana": 10}


def jcs(value: object) -> bytes:
    """RFC 8785 for what stands in these bundles: keys in ASCII, no floats."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def name_of(what: str, who: object) -> str:
    """32 hex digits for an entrant or an entry."""
    return digest(f"{what} {who}".encode())[:32]


def root(lines: list[bytes]) -> bytes:
    """RFC 6962 §2.1, written as it is defined there."""
    if not lines:
        return hashlib.sha256().digest()
    if len(lines) == 1:
        return hashlib.sha256(b"\0" + lines[0]).digest()
    split = 1
    while split * 2 < len(lines):
        split *= 2
    return hashlib.sha256(b"\1" + root(lines[:split]) + root(lines[split:])).digest()


def public(key: Ed25519PrivateKey) -> bytes:
    return b"\x01" + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def vkey(name: str = ORIGIN, key: Ed25519PrivateKey = KEY) -> bytes:
    number = hashlib.sha256(name.encode() + b"\n" + public(key)).digest()[:4]
    return f"{name}+{number.hex()}+{base64.b64encode(public(key)).decode()}\n".encode()


def note(text: str, name: str = ORIGIN, key: Ed25519PrivateKey = KEY) -> bytes:
    """A C2SP signed note; `text` ends with LF."""
    number = hashlib.sha256(name.encode() + b"\n" + public(key)).digest()[:4]
    signature = base64.b64encode(number + key.sign(text.encode())).decode()
    return f"{text}\n— {name} {signature}\n".encode()


def head(size: int, root_hex: str, origin: str = ORIGIN) -> str:
    return f"{origin}\n{size}\n{base64.b64encode(bytes.fromhex(root_hex)).decode()}\n"


def checkpoint(lines: list[bytes], **options: Any) -> bytes:
    return note(head(len(lines), root(lines).hex()), **options)


def number(seed: str, entrant: str, tickets: int) -> str:
    return min(digest(f"{seed}\n{entrant}\n{k}\n".encode()) for k in range(1, tickets + 1))


def at(day: int, time: str) -> str:
    """An instant of August 2023, so that quicknet's round 1000 (the 23rd at 15:59:24) is the round of the draw."""
    return f"2023-08-{day:02}T{time}Z"


def record(kind: str, moment: str, **keys: Any) -> Record:
    return {"kind": kind, "at": moment, "campaign": CAMPAIGN, **keys}


ANSWERS, ANSWERS_KEY = ["Lyon"], "ab" * 32
SEALED = hmac.new(bytes.fromhex(ANSWERS_KEY), b"contests/answers/v1\n" + jcs(ANSWERS), hashlib.sha256).hexdigest()


def both(text: str) -> dict[str, str]:
    return {"fr": text, "en": text}


def definition(source: str) -> Record:
    """A whole definition, every key written out."""
    names = ("first die", "second die") if source == "ceremony" else ()
    values = [{"name": name, "label": both(name)} for name in names]
    organiser = {
        "name": "Ateliers",
        "address": "12 rue X, 69004 Lyon",
        "country": "FR",
        "contact": "jeux@ateliers.example",
    }
    organiser |= {
        "legal_form": "SAS",
        "registration": "RCS Lyon 812 345 678",
        "data_protection": "dpo@ateliers.example",
    }
    prize = {"currency": "EUR", "description": None, "image": None}
    asked: Record = {"hint": None, "label": None, "options": [], "required": True, "retention_days": 180}
    question = {"question": both("Où ?"), "answers": [], "options": [], "tolerance": 0, "sealed": SEALED}
    return {
        "slug": "noel",
        "languages": ["fr", "en"],
        "title": {"fr": "Le Noël des Ateliers", "en": "Christmas at the Workshops"},
        "summary": both("Trois lots"),
        "organiser": organiser,
        "brand": {"colour": "#7c2d12", "on_colour": "#ffffff", "logo": None},
        "publication": "none",
        "timezone": "Europe/Paris",
        "opens_at": at(20, "08:00:00"),
        "closes_at": at(22, "22:00:00"),
        "freezes_at": at(23, "15:30:00"),
        "draws_at": at(23, "15:59:24"),
        "alternates": 2,
        "prizes": [
            {**prize, "id": "velo", "quantity": 1, "unit_value": "1290.00", "title": both("Un vélo")},
            {**prize, "id": "lampe", "quantity": 2, "unit_value": "149.00", "title": both("Une lampe")},
        ],
        "fields": [{**asked, "id": "email", "kind": "email", "purpose": "contact"}],
        "rules": [
            {"kind": "opening-hours"},
            {"kind": "accepts-rules"},
            {"kind": "closed-question", **question},
            {"kind": "one-per-person"},
        ],
        "bonuses": [],
        "channels": [],
        "forfeits": [{"code": code, "days": None, "reason": both(code)} for code in ("sans-reponse", "renonciation")],
        "draw": {"id": "final", "source": source, "notice_minutes": 15, "officer": None, "values": values},
    }


@dataclass
class Made:
    """A bundle, its parts, and the legal file that goes with it."""

    files: dict[str, bytes]
    bundle: bytes
    legal: bytes
    winners: list[list[str]] = field(default_factory=list)


class Story:
    """One campaign from publication to settlement."""

    def __init__(self, source: str, tricks: dict[str, Trick]) -> None:
        self.source, self.tricks = source, dict(tricks)
        self.terms: Record = definition(source)
        self.records: list[Record] = []
        self.keys: dict[str, tuple[bytes, Record]] = {}

    def moment(self, name: str, value: Any) -> Any:
        """What stands at this moment, or what a trick makes of it (in place, or by returning something else)."""
        trick = self.tricks.pop(name, None)
        changed = trick(value) if trick else None
        return value if changed is None else changed

    def lines(self) -> list[bytes]:
        return [jcs(r) for r in self.records]

    def entry(self, who: str, index: int, tickets: int, moment: str) -> Record:
        entry, identity = name_of("entry", f"{who} {index}"), {"email": f"{who}@example.org", "first_name": who.title()}
        key = hashlib.sha256(f"key {who} {index}".encode()).digest()
        self.keys[entry] = key, identity
        commitment = hmac.new(key, b"contests/identity/v1\n" + jcs(identity), hashlib.sha256).hexdigest()
        return record(
            "entry.accepted",
            moment,
            entry=entry,
            entrant=name_of("entrant", who),
            tickets=tickets,
            channel="page",
            commitment=commitment,
            rules=1,
        )

    def publish_and_enter(self) -> dict[str, bytes]:
        papers = {
            "papers/rules-1-fr.html": b"<p>R\xc3\xa8glement</p>",
            "papers/rules-1-en.html": b"<p>Rules</p>",
            "papers/rules-2-fr.html": b"<p>R\xc3\xa8glement, version 2</p>",
            "papers/rules-2-en.html": b"<p>Rules, version 2</p>",
        }
        texts = [{lang: digest(papers[f"papers/rules-{n}-{lang}.html"]) for lang in ("fr", "en")} for n in (1, 2)]
        first = {**self.terms, "closes_at": at(22, "20:00:00")}
        published = {"definition": first, "papers": texts[0], "source": dict(SOURCES[self.source])}
        self.records.append(self.moment("published", record("campaign.published", at(20, "07:55:12"), **published)))
        for index, (who, tickets) in enumerate(TICKETS.items()):
            if tickets > 4:
                self.records.append(self.entry(who, 0, 1, at(20, f"10:{index:02}:00")))
            self.records.append(self.entry(who, 1, tickets - (tickets > 4), at(20, f"10:{index:02}:00")))
        for who in ("withdrawn", "excluded", "reinstated"):
            self.records.append(self.entry(who, 1, 1, at(21, "10:00:00")))
        terms = json.loads(jcs(self.terms))
        amended = {"number": 2, "reason": "later closing", "definition": terms, "papers": texts[1]}
        self.records.append(self.moment("amended", record("campaign.amended", at(21, "11:00:30"), **amended)))
        self.records.append(self.moment("late_entry", self.entry("late", 1, 1, at(22, "21:59:00"))))
        self.records.append(self.about("entry.withdrawn", "withdrawn", at(22, "21:59:00")))
        revealed = [{"answers": ANSWERS, "key": ANSWERS_KEY, "sealed": SEALED}]
        declined = [{"channel": "page", "count": 3, "reason": "disposable-email"}]
        closed = record("campaign.closed", at(22, "22:00:01"), declined=declined, revealed=revealed)
        self.records.append(self.moment("closed", closed))
        for who in ("excluded", "reinstated"):
            clause = {"reason": "residence", "clause": "8.2"}
            self.records.append(self.about("entry.excluded", who, at(23, "09:00:00"), **clause))
        self.records.append(self.about("entry.reinstated", "reinstated", at(23, "09:30:00")))
        return papers

    def about(self, kind: str, who: str, moment: str, **keys: Any) -> Record:
        names = {"entry": name_of("entry", f"{who} 1"), "entrant": name_of("entrant", who)}
        return record(kind, moment, **names, **keys)

    def fold(self) -> list[tuple[str, int]]:
        """The pool by the records, folded in the plainest way."""
        standing: dict[str, Record] = {}
        excluded: dict[str, Record] = {}
        for r in self.records:
            if r["kind"] == "entry.accepted":
                standing.setdefault(r["entry"], r)
            elif r["kind"] in {"entry.withdrawn", "entry.excluded"} and r["entry"] in standing:
                excluded[r["entry"]] = standing.pop(r["entry"])
            elif r["kind"] == "entry.reinstated" and r["entry"] in excluded:
                standing[r["entry"]] = excluded.pop(r["entry"])
        sums: dict[str, int] = {}
        for r in standing.values():
            sums[r["entrant"]] = sums.get(r["entrant"], 0) + r["tickets"]
        return sorted(sums.items())

    def freeze(self) -> tuple[bytes, list[tuple[str, int]]]:
        self.records = self.moment("entries", self.records)
        pool = self.moment("pool", self.fold())
        text = "entrant,tickets\n" + "".join(f"{entrant},{tickets}\n" for entrant, tickets in pool)
        data = self.moment("pool_file", text.encode())
        counts = {"entrants": len(pool), "tickets": sum(tickets for _, tickets in pool)}
        frozen = record("pool.frozen", at(23, "15:40:00"), draw="final", pool=digest(data), **counts)
        if self.source == "drand":
            frozen["round"] = 1000
        self.records.append(self.moment("frozen", frozen))
        return data, pool

    def seed(self, source: Record, size: int, root_hex: str) -> str:
        frozen = next(r for r in reversed(self.records) if r["kind"] == "pool.frozen")
        chance = [source["source"], source.get("text")]
        if source["source"] == "drand":
            chance = ["drand", source["chain"], source["round"], source["signature"]]
        elif source["source"] == "ceremony":
            chance[1] = digest(source["text"].encode())
        in_force = [r["definition"] for r in self.records if "definition" in r][-1]
        fields = [
            "contests/rehearsal/v1" if source["source"] == "rehearsal" else "contests/seed/v1",
            CAMPAIGN,
            "final",
            digest(jcs(in_force)),
            *(frozen["pool"], frozen["entrants"], frozen["tickets"], size, root_hex),
            *chance,
        ]
        return digest("".join(f"{value}\n" for value in self.moment("seed_fields", fields)).encode())

    def rank(self, seed: str, pool: list[tuple[str, int]]) -> list[list[str]]:
        units = [p["id"] if p.get("quantity", 1) == 1 else "" for p in self.terms["prizes"]]
        units = ["velo", "lampe-1", "lampe-2"] if units == ["velo", ""] else units
        order = sorted((number(seed, entrant, tickets), entrant) for entrant, tickets in pool)
        ranked = order[: len(units) + self.terms["alternates"]]
        prizes = [*units, *[""] * len(ranked)]
        return [[str(rank), num, who, prizes[rank - 1]] for rank, (num, who) in enumerate(ranked, 1)]

    def draw(self, files: dict[str, bytes], pool: list[tuple[str, int]]) -> list[list[str]]:
        lines = self.lines()
        size, root_hex = self.moment("freeze_head", (len(lines), root(lines).hex()))
        files["draws/final/checkpoint"] = self.moment("freeze_note", note(head(size, root_hex)))
        source = self.moment("source", dict(DRAWN[self.source]))
        seed = self.moment("seed", self.seed(source, size, root_hex))
        rows: list[list[str]] = self.moment("rows", self.rank(seed, pool))
        table = "rank,number,entrant,prize\n" + "".join(",".join(row) + "\n" for row in rows)
        files["draws/final/ranking.csv"] = self.moment("ranking", table.encode())
        if source["source"] == "drand":
            copy = {key: source[key] for key in ("chain", "round", "signature")}
            files["draws/final/round.json"] = self.moment("round_json", jcs(copy))
        else:
            files["draws/final/source.txt"] = self.moment("source_txt", source["text"].encode())
        winners = sum(bool(row[3]) for row in rows)
        counts = {"winners": winners, "alternates": len(rows) - winners}
        drawn = {"draw": "final", "source": source, "seed": seed, "ranking": digest(files["draws/final/ranking.csv"])}
        completed = record("draw.completed", at(23, "15:59:40"), **drawn, **counts)
        self.records.append(self.moment("completed", completed))
        return rows

    def award(self, rows: list[list[str]]) -> None:
        def about(kind: str, day: int, line: int, prize: str, **keys: Any) -> Record:
            return record(kind, at(day, "12:00:00"), draw="final", prize=prize, entrant=rows[line - 1][2], **keys)

        units = ["velo", "lampe-1", "lampe-2"]
        offers = [about("award.offered", 24, n, unit, until=at(30, "12:00:00")) for n, unit in enumerate(units, 1)]
        later = [
            *offers,
            about("award.confirmed", 25, 1, "velo"),
            about("award.forfeited", 30, 2, "lampe-1", reason="sans-reponse"),
            about("alternate.promoted", 30, 4, "lampe-1", rank=4),
            about("award.offered", 30, 4, "lampe-1", until=at(31, "12:00:00")),
            about("award.confirmed", 30, 3, "lampe-2"),
            about("award.confirmed", 31, 4, "lampe-1"),
            record("campaign.settled", at(31, "18:00:00"), confirmed=3, unawarded=0),
        ]
        self.records += self.moment("later", later)

    def sign(self, files: dict[str, bytes]) -> None:
        self.records = self.moment("records", self.records)
        lines = self.moment("lines", self.lines())
        files["journal/records.jsonl"] = b"".join(line + b"\n" for line in lines)
        files["journal/checkpoint"] = self.moment("head", checkpoint(lines))
        files["journal/vkey"] = vkey()

    def legal(self, rows: list[list[str]]) -> bytes:
        accepted = {r["entrant"]: r["entry"] for r in self.records if r.get("entry") in self.keys}
        lines = []
        for row in (row for row in rows if row[2] in accepted):
            key, identity = self.keys[accepted[row[2]]]
            line = {"entrant": row[2], "entry": accepted[row[2]], "key": key.hex(), "identity": identity}
            lines.append({**line, "rank": int(row[0]), "prize": row[3]})
        data = b"".join(jcs(line) + b"\n" for line in self.moment("identities", lines))
        return pack({"identities.jsonl": self.moment("legal", data)})


def fewer(entrants: int) -> Trick:
    """Keep the entries of the first entrants only."""

    def trick(records: list[Record]) -> list[Record]:
        keep = [name_of("entrant", who) for who in list(TICKETS)[:entrants]]
        return [r for r in records if r.get("entrant", keep[0]) in keep]

    return trick


def crowd(number: int) -> Record:
    """One entry among many."""
    names = {"entry": name_of("entry of the crowd", number), "entrant": name_of("entrant of the crowd", number)}
    rest = {"tickets": 1, "channel": "page", "commitment": "0" * 64, "rules": 1}
    return record("entry.accepted", at(20, "09:00:00"), **names, **rest)


def pack(files: dict[str, bytes]) -> bytes:
    """A zip as bundle §2 wants it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def make(source: str = "ceremony", until: str = "settled", /, **tricks: Trick) -> Made:
    """A bundle of a campaign by this source, up to a stage (`open`, `frozen`, `drawn`, `settled`), with these tricks."""
    story, rows, legal = Story(source, tricks), [], b""
    story.terms = story.moment("definition", story.terms)
    papers = story.publish_and_enter()
    files = {"README.txt": b"Lisez-moi. Read me.\n", "manifest.json": b""}
    drawing: dict[str, bytes] = {}
    if until != "open":
        drawing["draws/final/pool.csv"], pool = story.freeze()
        lines = story.lines()
        drawing["draws/final/checkpoint"] = note(head(len(lines), root(lines).hex()))
    if until in {"drawn", "settled"}:
        rows = story.draw(drawing, pool)
    if until == "settled" and len(rows) > 3:
        story.award(rows)
    if rows and source == "ceremony":
        legal = story.legal(rows)
    story.sign(files)
    files = story.moment("files", {**files, **drawing, **papers, "verify.py": b"# the verifier\n"})
    listed = {name: digest(data) for name, data in files.items() if name != "manifest.json"}
    files["manifest.json"] = story.moment("manifest", jcs(story.moment("listed", listed)))
    files = story.moment("raw", files)
    bundle = story.moment("archive", pack(files))
    assert not story.tricks, f"moments that never came: {sorted(story.tricks)}"
    return Made(files, bundle, legal, rows)
