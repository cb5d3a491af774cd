"""Languages and instants of a definition."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.gains import announces
from contests.campaign.lint.remark import Remark
from contests.errors import Text
from contests.rules.residence import Residence


def languages(campaign: Campaign) -> Iterator[Remark]:
    """Remark on languages and texts that are missing."""
    if len(set(campaign.languages)) < len(campaign.languages):
        yield Remark(
            "block",
            "language-twice",
            "languages",
            Text(fr="Une langue est citée deux fois.", en="A language is named twice."),
        )
    for path, texts in _texts(campaign):
        for language in campaign.languages:
            if language not in texts:
                yield Remark(
                    "block",
                    "text-missing",
                    f"{path}.{language}",
                    Text(
                        fr=f"Le texte « {path} » manque en « {language} ».",
                        en=f"The text “{path}” is missing in “{language}”.",
                    ),
                    "C1",
                )
    residence = campaign.rule(Residence)
    if isinstance(residence, Residence) and "FR" in residence.countries and "fr" not in campaign.languages:
        yield Remark(
            "block",
            "french-missing",
            "languages",
            Text(
                fr="Le jeu s’adresse à la France : le français est obligatoire.",
                en="The contest addresses France: French is required.",
            ),
            "FR13 (loi Toubon)",
        )


def announcements(campaign: Campaign) -> Iterator[tuple[str, str]]:
    """Yield path and text of what announces the contest: title, summary, prizes, posts."""
    for path, texts in _texts(campaign):
        if path.startswith(("title", "summary", "prizes[", "series.")) or path.endswith(".post"):
            for language, text in texts.items():
                yield f"{path}.{language}", text


def gains(campaign: Campaign) -> Iterator[Remark]:
    """Remark on words that announce a gain: who promises one may have to deliver it."""
    for path, text in announcements(campaign):
        if announces(text, "gain"):
            yield Remark(
                "block",
                "gain-announced",
                path,
                Text(
                    fr="Ce texte annonce un gain avant le tirage : vous pourriez devoir le verser. Dites « à gagner par tirage "
                    "au sort ».",
                    en="This text announces a gain before the draw: you might have to pay it. Say “to be won in a draw”.",
                ),
                "FR8, DE2",
            )


def _texts(campaign: Campaign) -> Iterator[tuple[str, dict[str, str]]]:
    """Walk every table of texts in the definition, with its path."""
    seen: list[tuple[str, object]] = [("", msgspec.to_builtins(campaign))]
    while seen:
        path, value = seen.pop()
        if isinstance(value, dict):
            if value and set(value) <= {"fr", "en"}:
                yield path, value
            else:
                seen.extend((f"{path}.{key}".lstrip("."), inner) for key, inner in value.items())
        elif isinstance(value, list | tuple):
            seen.extend((f"{path}[{i}]", inner) for i, inner in enumerate(value))


def times(campaign: Campaign, now: datetime) -> Iterator[Remark]:
    """Remark on the order of the instants, seen from `now`."""

    def block(code: str, path: str, fr: str, en: str, law: str = "") -> Remark:
        return Remark("block", code, path, Text(fr=fr, en=en), law)

    if campaign.opens_at >= campaign.closes_at:
        yield block(
            "closes-before-opening",
            "closes_at",
            "La clôture doit suivre l’ouverture.",
            "The closing must come after the opening.",
        )
    if campaign.freezes_at < campaign.closes_at:
        yield block(
            "freezes-before-closing",
            "freezes_at",
            "La liste ne peut être figée avant la clôture.",
            "The list cannot be frozen before the closing.",
        )
    if campaign.closes_at <= now:
        yield block("closed-already", "closes_at", "La clôture est déjà passée.", "The closing is already past.")
    notice = timedelta(minutes=campaign.draw.notice_minutes)
    if campaign.draw.source == "rehearsal":
        notice = timedelta(0)
    if campaign.draws_at < campaign.freezes_at + notice:
        minutes = campaign.draw.notice_minutes
        yield block(
            "draws-too-early",
            "draws_at",
            f"Le tirage doit avoir lieu au moins {minutes} minutes après le gel : la liste est publique avant.",
            f"The draw must be at least {minutes} minutes after the freeze: the list is public before it.",
            "C8",
        )
    if campaign.draws_at > campaign.closes_at + timedelta(days=60):
        yield Remark(
            "warn",
            "draws-late",
            "draws_at",
            Text(
                fr="Le tirage a lieu plus de 60 jours après la clôture.",
                en="The draw is more than 60 days after the closing.",
            ),
            "C10",
        )
    if campaign.opens_at < now - timedelta(hours=1):
        yield Remark(
            "warn",
            "opens-in-the-past",
            "opens_at",
            Text(fr="L’ouverture annoncée est déjà passée.", en="The announced opening is already past."),
            "C10",
        )
