"""Definitions to bend: a valid one as plain values, and how it is written in each format."""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, time
from typing import Any

import yaml

from contests.campaign.parse import Form

Raw = dict[str, Any]
Bend = Callable[[Raw], object]
VALID: Raw = {
    "slug": "sample",
    "languages": ["fr", "en"],
    "timezone": "Europe/Paris",
    "opens_at": "2026-12-01T09:00:00",
    "closes_at": "2026-12-20T23:59:00",
    "freezes_at": "2026-12-21T10:00:00",
    "draws_at": "2026-12-21T12:00:00",
    "alternates": 2,
    "publication": "initials",
    "title": {"fr": "Un jeu", "en": "A contest"},
    "summary": {"fr": "Un vélo à gagner.", "en": "A bicycle to win."},
    "organiser": {
        "name": "Alice SARL",
        "legal_form": "SARL",
        "registration": "RCS Lyon 1",
        "address": "1 rue de la Paix, Lyon",
        "country": "FR",
        "contact": "jeu@organiser.example",
        "data_protection": "dpo@organiser.example",
    },
    "brand": {"colour": "#7c2d12", "on_colour": "#ffffff", "logo": "logo.png"},
    "prizes": [
        {
            "id": "bike",
            "title": {"fr": "Un vélo", "en": "A bicycle"},
            "description": {"fr": "Bleu", "en": "Blue"},
            "image": "bike.webp",
            "quantity": 1,
            "unit_value": "499.00",
            "currency": "EUR",
        },
        {"id": "mug", "title": {"fr": "Une tasse", "en": "A mug"}, "quantity": 3, "unit_value": "8.90"},
    ],
    "fields": [
        {"id": "email", "kind": "email", "purpose": "contact", "retention_days": 90},
        {"id": "first_name", "kind": "first-name", "purpose": "publication", "retention_days": 90},
        {"id": "last_name", "kind": "last-name", "purpose": "publication", "retention_days": 90},
        {
            "id": "size",
            "kind": "choice",
            "options": ["S", "M"],
            "required": False,
            "label": {"fr": "Taille", "en": "Size"},
            "hint": {"fr": "Du cadre", "en": "Of the frame"},
            "purpose": "delivery",
            "retention_days": 30,
        },
    ],
    "rules": [
        {"kind": "minimum-age", "years": 18, "by": "declaration"},
        {"kind": "residence", "countries": ["FR", "LU"]},
        {"kind": "confirmed-email"},
        {"kind": "excluded-people", "domains": ["organiser.example"], "who": "le personnel"},
        {
            "kind": "closed-question",
            "question": {"fr": "Combien de roues ?", "en": "How many wheels?"},
            "options": ["2", "3"],
            "answers": ["2"],
            "tolerance": 0,
        },
    ],
    "bonuses": [{"kind": "referral", "tickets": 1, "cap": 5}],
    "channels": [{"id": "poster", "title": {"fr": "Affiche", "en": "Poster"}}],
    "forfeits": [
        {"code": "no-answer", "days": 7, "reason": {"fr": "Pas de réponse", "en": "No answer"}},
        {"code": "not-eligible", "reason": {"fr": "Non éligible", "en": "Not eligible"}},
    ],
    "draw": {
        "id": "dice",
        "source": "ceremony",
        "notice_minutes": 30,
        "officer": "Me Anne Martin",
        "values": [{"name": "die-1", "label": {"fr": "Premier dé", "en": "First die"}}],
    },
}
STEP = re.compile(r"[^.\[\]]+")


def bent(bend: Bend) -> Raw:
    """Return the valid definition after `bend` changed it in place."""
    raw = deepcopy(VALID)
    bend(raw)
    return raw


def put(path: str, value: Any) -> Bend:
    """Change the value at `prizes[0].id`."""

    def bend(raw: Raw) -> None:
        *way, last = STEP.findall(path)
        place: Any = raw
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[int(last) if isinstance(place, list) else last] = value

    return bend


def drop(path: str) -> Bend:
    """Take away what stands at `path`."""

    def bend(raw: Raw) -> None:
        *way, last = STEP.findall(path)
        place: Any = raw
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        del place[int(last) if isinstance(place, list) else last]

    return bend


def leaves(value: Any, path: str = "") -> list[str]:
    """Return the path of everything that is no table and no list."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list):
        return [leaf for i, inner in enumerate(value) for leaf in leaves(inner, f"{path}[{i}]")]
    return [path]


def write(raw: Raw, form: Form) -> bytes:
    """Return `raw` as a file of that format."""
    if form == "json":
        return json.dumps(raw, ensure_ascii=False).encode()
    if form == "yaml":
        # Through JSON, so that no value is shared: the dumper would write an alias.
        return yaml.safe_dump(json.loads(json.dumps(raw)), allow_unicode=True, sort_keys=False).encode()
    tables = "".join(f"{json.dumps(key)} = {_toml(value)}\n" for key, value in raw.items())
    return tables.encode()


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?", value):
        return value
    return json.dumps(value, ensure_ascii=False)
