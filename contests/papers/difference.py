"""What differs between two definitions, in people's words: section, question, what stood there and what stands there now."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from contests.campaign.changes import KINDS, NAMED, Difference
from contests.campaign.definition import Campaign
from contests.campaign.editor.asks import Ask, Many, Section, Switch
from contests.campaign.editor.sections import SECTIONS
from contests.codec import parse_instant
from contests.errors import Language, Text
from contests.papers.fields import KINDS as KIND_LABELS
from contests.papers.voice import Voice
from contests.rules.residence import country_name

_OTHER: dict[str, Text] = {
    "draw.id": Text(fr="Nom court du tirage", en="Short name of the draw"),
    "draw.values": Text(fr="Valeurs de la cérémonie", en="Values of the ceremony"),
    "draw.witnesses": Text(fr="Témoins exigés", en="Witnesses required"),
    "prizes": Text(fr="Ordre des lots", en="Order of the prizes"),
    "prizes.*.nature": Text(fr="Nature du lot", en="Nature of the prize"),
    "fields": Text(fr="Ordre des questions", en="Order of the questions"),
    "rules": Text(fr="Ordre des règles", en="Order of the rules"),
    "bonuses": Text(fr="Ordre des chances en plus", en="Order of the extra tickets"),
    "forfeits": Text(fr="Ordre des motifs", en="Order of the reasons"),
    "channels": Text(fr="Ordre des canaux", en="Order of the channels"),
    "clauses": Text(fr="Ordre des clauses", en="Order of the clauses"),
    "channels.*.invites": Text(fr="Ce que la publication propose", en="What the post invites to"),
    "channels.*.post": Text(fr="Texte de la publication", en="Text of the post"),
    "series": Text(fr="Série", en="Series"),
    "series.title": Text(fr="Titre de la série", en="Title of the series"),
    "series.place": Text(fr="Rang dans la série", en="Place in the series"),
    "series.of": Text(fr="Nombre de jeux de la série", en="Number of contests in the series"),
    "series.reveal": Text(
        fr="Moment où les pages de la série montrent le lot", en="When the pages of the series show the prize"
    ),
    "terms.deposit": Text(fr="Dépôt du règlement", en="Deposit of the rules"),
    "terms.filings": Text(fr="Déclarations et autorisations", en="Filings and permits"),
    "terms.filings.*": Text(fr="Déclaration ou autorisation", en="Filing or permit"),
    "terms.cost": Text(fr="Coût de la participation", en="Cost of entering"),
    "rules.one-per-person": Text(fr="Une participation par personne", en="One entry a person"),
    "comments": Text(fr="Commentaires qui sont des participations", en="Comments that are entries"),
    "comments.channels": Text(
        fr="Canaux dont les commentaires sont des participations", en="Channels whose comments are entries"
    ),
    "comments.accounts": Text(fr="Comptes de l’organisateur", en="The organiser’s own accounts"),
    "comments.gone": Text(fr="Commentaire que son auteur supprime", en="Comment that its author deletes"),
    "comments.unknown": Text(
        fr="Condition que la plateforme ne laisse pas vérifier", en="Condition that a platform lets nobody check"
    ),
    "comments.retention_days": Text(fr="Jours de conservation des commentaires", en="Days that comments are kept"),
    "comments.rules": Text(fr="Conditions sur les commentaires", en="Conditions on comments"),
    "comments.rules.comment-follow": Text(
        fr="Compte que la personne tirée suit", en="Account that whoever is drawn follows"
    ),
    "comments.rules.comment-hashtag": Text(fr="Mot-dièse du commentaire", en="Hashtag of the comment"),
    "comments.rules.comment-length": Text(fr="Longueur du commentaire", en="Length of the comment"),
    "comments.rules.comment-mentions": Text(
        fr="Personnes citées dans le commentaire", en="People named in the comment"
    ),
    "comments.rules.comment-picture": Text(fr="Image du commentaire", en="Picture of the comment"),
    "comments.rules.comment-place": Text(fr="Place du commentaire", en="Place of the comment"),
    "rules.closed-question.answers": Text(fr="Les bonnes réponses", en="The right answers"),
}
_CHOSEN: dict[str, dict[str, Text]] = {
    "comments.gone": {"withdrawn": Text(fr="il retire la participation", en="it withdraws the entry"),
                      "kept": Text(fr="il reste une participation", en="it stays an entry")},
    "comments.unknown": {"declined": Text(fr="elle n’est pas tenue pour remplie", en="it is not taken as met"),
                         "accepted": Text(fr="elle est tenue pour remplie", en="it is taken as met")},
}  # fmt: skip
_NOTHING, _YES, _NO = Text(fr="rien", en="nothing"), Text(fr="oui", en="yes"), Text(fr="non", en="no")
_SECRET = Text(fr="(réponses scellées)", en="(sealed answers)")
_LANGUAGES = {"fr": Text(fr="en français", en="in French"), "en": Text(fr="en anglais", en="in English")}
_LINE = Text(fr="{what} : « {old} » devient « {new} ».", en="{what}: “{old}” becomes “{new}”.")
_ADDED = Text(fr="{what} : ajouté, « {new} ».", en="{what}: added, “{new}”.")
_GONE = Text(fr="{what} : retiré, « {old} ».", en="{what}: removed, “{old}”.")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TITLES = ("title", "label", "reason", "name", "authority", "question", "kind", "id")


class Said(msgspec.Struct, frozen=True):
    """One difference in words. `old` or `new` is empty where there was or is nothing."""

    section: str
    what: str
    old: str
    new: str

    def line(self, voice: Voice) -> str:
        """Return it as one sentence."""
        form = _LINE if self.old and self.new else _ADDED if self.new else _GONE
        return voice.say(form, what=self.what, old=self.old or "", new=self.new or "")


def say(found: Difference, before: Campaign, after: Campaign, language: Language) -> Said:
    """Return a difference in the words of the editor's pages."""
    voice = Voice(campaign=after, language=language, version=1, numbers={})
    section, ask = _asked(found.shape)
    parts = [*_item(found, before, after, voice), *_label(found, ask, voice)]
    if found.steps[-1] in _LANGUAGES and len(after.languages) > 1:
        parts[-1] += f" ({voice.say(_LANGUAGES[found.steps[-1]])})"
    currency = _currency(found, after)
    old, new = (_value(value, found, ask, voice, currency) for value in (found.old, found.new))
    if ".".join(found.steps[:-1]) in KINDS:
        old, new = (_sentence(campaign, found.steps, voice) for campaign in (before, after))
    return Said(voice.say(section.title), ", ".join(parts), old, new)


def _sentence(campaign: Campaign, steps: tuple[str, ...], voice: Voice) -> str:
    """Return a rule or bonus as the rules text says it; empty where the campaign has none of that kind."""
    own = campaign.commented.rules if campaign.commented else ()
    kinds = {"rules": campaign.rules, "bonuses": campaign.bonuses, "comments.rules": own}[".".join(steps[:-1])]
    return next((voice.say(one.sentence()) for one in kinds if one.tag() == steps[-1]), "")


def _asked(shape: str) -> tuple[Section, Ask | None]:
    """Return the page of the editor that a shape belongs to, and its question there."""
    plain = re.sub(r"\.(fr|en)$", "", shape)
    for section in SECTIONS:
        for path, ask in section.questions:
            if path == plain:
                return section, ask
    first = {"comments": "rules"}.get(plain.split(".")[0], plain.split(".")[0])
    dotted = (s for s in SECTIONS for part in s.parts if plain.startswith(part.key))
    return next(dotted, next((s for s in SECTIONS if first in s.keys), SECTIONS[0])), None


def _item(found: Difference, before: Campaign, after: Campaign, voice: Voice) -> Iterator[str]:
    """Name the item of a list that a difference is in, or is."""
    for place in range(1, len(found.steps)):
        above = ".".join(found.steps[:place])
        if above not in NAMED:
            continue
        name, part = found.steps[place], _part(above, found.steps[place])
        if above in KINDS:
            yield voice.say(_OTHER.get(f"{above}.{name}") or (part.label if isinstance(part, Switch) else _plain(name)))
            return
        one = voice.say(part.one) if isinstance(part, Many) else voice.say(_OTHER.get(f"{above}.*", _plain(above)))
        raw = _raw(before, above, name) or _raw(after, above, name)
        whole = place == len(found.steps) - 1
        yield one if whole else f"{one} {_quoted(_title(raw, voice), voice)}"
        return


def _part(key: str, name: str) -> Many | Switch | None:
    parts = (part for section in SECTIONS for part in section.parts)
    return next(
        (p for p in parts if not isinstance(p, Ask) and p.key == key and (isinstance(p, Many) or p.kind == name)), None
    )


def _raw(campaign: Campaign, above: str, name: str) -> Mapping[str, Any] | None:
    value: Any = msgspec.to_builtins(campaign)
    for step in above.split("."):
        value = value.get(step) or {}
    return next((item for item in value if str(item[NAMED[above]]) == name.partition("#")[0]), None)


def _title(raw: Mapping[str, Any] | None, voice: Voice) -> str:
    """Return what an item is called."""
    for key in _TITLES if raw else ():
        value = raw.get(key) if raw else None
        if value and key == "kind":
            return voice.say(KIND_LABELS.get(value, _plain(value)))
        if value:
            return voice.own(value) if isinstance(value, dict) else str(value)
    return ""


def _quoted(text: str, voice: Voice) -> str:
    return voice.say(Text(fr="« {t} »", en="“{t}”"), t=text) if text else ""


def _label(found: Difference, ask: Ask | None, voice: Voice) -> list[str]:
    """Return the question's words; nothing for an item as a whole, which names itself."""
    if ask:
        return [voice.say(ask.label)]
    if ".".join(found.steps[:-1]) in NAMED:
        return []
    plain = re.sub(r"\.(fr|en)$", "", found.shape)
    while plain:
        if plain in _OTHER:
            return [voice.say(_OTHER[plain])]
        plain = plain.rpartition(".")[0]
    return [found.path]


def _plain(name: str) -> Text:
    return Text(fr=name, en=name)


def _currency(found: Difference, after: Campaign) -> str:
    prizes = {prize.id: prize.currency for prize in after.prizes}
    return prizes.get(found.steps[1], "EUR") if found.shape == "prizes.*.unit_value" else ""


def _value(value: Any, found: Difference, ask: Ask | None, voice: Voice, currency: str) -> str:  # noqa: ANN401 - decoded JSON
    """Return a value as people read it; empty for nothing."""
    if value is None or value == "":
        return ""
    if found.shape == "rules.closed-question.answers":
        return voice.say(_SECRET) if value else ""
    if said := _CHOSEN.get(found.shape, {}).get(str(value)):
        return voice.say(said)
    if isinstance(value, list):
        return _list(value, found, voice)
    if isinstance(value, dict):
        return _table(value, voice)
    return voice.money(Decimal(value), currency) if currency else _leaf(value, ask, voice)


def _leaf(value: str | int | bool, ask: Ask | None, voice: Voice) -> str:  # noqa: FBT001 - a value, not a switch
    if isinstance(value, bool):
        return voice.say(_YES if value else _NO)
    if isinstance(value, int):
        return voice.number(value)
    options = {key: text for key, text in ask.options if key} if ask else {}
    if value in options:
        return voice.say(options[value])
    return voice.when(parse_instant(value)) if _INSTANT.fullmatch(value) else voice.spaced(value)


def _list(value: list[Any], found: Difference, voice: Voice) -> str:
    if not value:
        return voice.say(_NOTHING)
    if found.shape == "rules.residence.countries":
        return voice.listed(country_name(code, voice.language) for code in value)
    return voice.listed(_table(item, voice) if isinstance(item, dict) else str(item) for item in value)


def _table(value: Mapping[str, Any], voice: Voice) -> str:
    """Return a whole item, or texts by language, in one line."""
    if set(value) <= {"fr", "en"}:
        return voice.own(msgspec.convert(value, dict[Language, str]))
    said = _title(value, voice)
    more = [
        _detail(key, value, voice)
        for key in ("quantity", "unit_value", "text", "what", "days", "years", "countries", "number")
    ]
    return ", ".join(part for part in (said, *more) if part)


def _detail(key: str, value: Mapping[str, Any], voice: Voice) -> str:
    inner = value.get(key)
    if inner is None:
        return ""
    if key == "quantity":
        return f"× {inner}" if inner > 1 else ""
    if key == "unit_value":
        return voice.money(Decimal(inner), value.get("currency", "EUR"))
    if isinstance(inner, dict):
        return voice.own(inner)
    return voice.listed(map(str, inner)) if isinstance(inner, list) else str(inner)
