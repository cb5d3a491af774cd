"""Words: what is told at each step, as it is sent; what staff add to it, held against the law before it is kept."""

from datetime import datetime, timedelta

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.gains import BEFORE_CONFIRMATION, lint_notice
from contests.errors import Language, Refused, Text
from contests.flows import act
from contests.flows.house import House
from contests.flows.notify import mail
from contests.flows.tell import EDITABLE
from contests.papers.dates import day_of, local
from contests.papers.notices import NOTICES
from contests.store import campaigns, handovers
from contests.store.tables import WordsRow

LONGEST = 2000
FACTS = ("title", "organiser", "contact", "rules", "place", "prize", "until", "link", "reason", "sent", "carrier")
KINDS = ("confirm", "received", "offer", "reminder", "confirmed", "sent", "forfeited")


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One mail as it is sent, with made-up facts; `free` is what staff added."""

    kind: str
    language: Language
    subject: str
    body: str
    free: str
    editable: bool
    conditional: bool


def samples(house: House, campaign: str, now: datetime) -> list[Sample]:
    """Return every mail of a campaign in each of its languages, in the order of the steps. Raises NotFound."""
    with house.store.read() as tx:
        standing = campaigns.standing(tx, campaign)
        added = handovers.words(tx, campaign)
    definition = standing.definition
    return [
        _sample(house, definition, kind, language, added[kind, language].text if (kind, language) in added else "", now)
        for kind in KINDS
        for language in definition.languages
    ]


def _sample(house: House, definition: Campaign, kind: str, language: Language, free: str, now: datetime) -> Sample:
    page = f"{house.url}/c/{definition.slug}"
    days = min((forfeit.days for forfeit in definition.forfeits if forfeit.days), default=7)
    links = {"confirm": "confirm", "received": "receipt"}
    row = mail(
        house.url, kind, "", definition, recipient="", language=language, now=now, free=free,
        prize=definition.say(definition.prizes[0].title, language), link=f"{page}/{links.get(kind, 'claim')}/…",
        until=local((now + timedelta(days=days)).replace(second=0, microsecond=0), definition, language),
        reason=definition.say(definition.forfeits[0].reason, language) if definition.forfeits else "…",
        sent=day_of(now.date(), language), carrier=" …", place=1,
        closes=local(definition.closes_at, definition, language), draws=local(definition.draws_at, definition, language),
    )  # fmt: skip
    return Sample(
        kind=kind, language=language, subject=row["subject"], body=row["body"], free=free, editable=kind in EDITABLE,
        conditional=kind in BEFORE_CONFIRMATION,
    )  # fmt: skip


def add_words(
    house: House, campaign: str, kind: str, language: str, text: str, *, staff_name: str, now: datetime
) -> None:
    """Keep what staff add to one mail; an empty text takes it away. Raises Refused, NotFound."""
    text = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n"))
    with house.store.write() as tx:
        definition = campaigns.standing(tx, campaign).definition
        spoken = next((known for known in definition.languages if known == language), None)
        if kind not in EDITABLE or spoken is None:
            raise _refused(
                Text(fr="Un message de la liste était attendu.", en="A message of the list was expected."), kind
            )
        if len(text) > LONGEST:
            raise _refused(
                Text(
                    fr=f"{LONGEST} caractères au plus étaient attendus.",
                    en=f"At most {LONGEST} characters were expected.",
                ),
                str(len(text)),
            )
        # Names of people and things are left out: an organiser may be called Bravo.
        subject, body = NOTICES[kind].write(spoken, free=text, **dict.fromkeys(FACTS, "…"))
        if against := next(lint_notice(kind, subject, body, spoken), None):
            raise _refused(against, "")
        handovers.put_words(
            tx, WordsRow(campaign=campaign, kind=kind, language=spoken, text=text, staff=staff_name, at=now)
        )
        act.note(tx, house, campaign, now, staff_name, "words", f"{kind} ({spoken}): {text}")


def _refused(expected: Text, found: str) -> Refused:
    todo = Text(fr="Rien n’a été changé : reformulez.", en="Nothing was changed: say it otherwise.")
    return Refused("words-refused", expected, todo, found=found, where="text")
