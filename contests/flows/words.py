"""Words: what is told at each step, as it is sent; what staff add to it, held against the law before it is kept."""

from datetime import datetime, timedelta

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.gains import lint_notice
from contests.dates import day_of
from contests.errors import Language, Refused, Text
from contests.flows import act
from contests.flows.house import House
from contests.flows.notify import mail
from contests.flows.tell import EDITABLE
from contests.papers.dates import local
from contests.papers.notices import NOTICES
from contests.rules.confirmed_email import ConfirmedEmail
from contests.store import campaigns, handovers
from contests.store.tables import WordsRow

LONGEST = 2000
FACTS = ("title", "organiser", "contact", "rules", "place", "prize", "until", "link", "reason", "sent", "carrier")
WHEN: dict[str, Text] = {
    "confirm": Text(fr="À chaque participant, quand le formulaire est rempli",
                    en="To every entrant, once the form is filled in"),
    "received": Text(fr="À chaque participant, quand la participation compte", en="To every entrant, once the entry counts"),
    "offer": Text(fr="Aux personnes que le tirage a désignées", en="To the people whom the draw picked"),
    "reminder": Text(fr="Avant la fin du délai de réponse : rappel", en="Before the time to answer ends: a reminder"),
    "confirmed": Text(fr="Une fois les conditions vérifiées", en="Once the conditions were checked"),
    "sent": Text(fr="Une fois le lot envoyé", en="Once the prize is sent"),
    "forfeited": Text(fr="Quand un lot proposé est perdu", en="When a prize on offer is lost"),
}  # fmt: skip
_SOMETIMES = Text(
    fr="À qui le calcul anti-robot n’a pas pu être fait, quand le formulaire est rempli",
    en="To those whose device could not do the anti-robot calculation, once the form is filled in",
)
HIDDEN = "…"


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One mail as somebody gets it; what is secret or not known yet stands as “…”, `free` is what staff added."""

    kind: str
    when: Text
    language: Language
    subject: str
    body: str
    free: str
    editable: bool


def sample(house: House, definition: Campaign, kind: str, language: Language, now: datetime, free: str = "") -> Sample:
    """Return one mail, written by what writes the real ones; an offer is made at the draw, or now when that is past."""
    days = min((forfeit.days for forfeit in definition.forfeits if forfeit.days), default=7)
    until = max(now, definition.draws_at) + timedelta(days=days)
    links = {"confirm": "confirm", "received": "receipt"}
    row = mail(
        house.url, kind, "", definition, recipient="", language=language, now=now, free=free,
        prize=definition.say(definition.prizes[0].title, language),
        link=f"{house.url}/c/{definition.slug}/{links.get(kind, 'claim')}/{HIDDEN}",
        until=local(until.replace(second=0, microsecond=0), definition, language),
        reason=definition.say(definition.forfeits[0].reason, language) if definition.forfeits else HIDDEN,
        sent=day_of(now.date(), language), carrier=f" {HIDDEN}", place="1",
        closes=local(definition.closes_at, definition, language), draws=local(definition.draws_at, definition, language),
    )  # fmt: skip
    sometimes = kind == "confirm" and definition.rule(ConfirmedEmail) is None
    return Sample(
        kind=kind, when=_SOMETIMES if sometimes else WHEN[kind], language=language, subject=row["subject"],
        body=row["body"], free=free, editable=kind in EDITABLE,
    )  # fmt: skip


def samples(house: House, campaign: str, now: datetime) -> dict[str, list[Sample]]:
    """Return every mail of a published campaign in each of its languages, in the order of the steps. Raises NotFound."""
    with house.store.read() as tx:
        definition = campaigns.standing(tx, campaign).definition
        added = {key: row.text for key, row in handovers.words(tx, campaign).items()}
    return {
        kind: [
            sample(house, definition, kind, language, now, added.get((kind, language), ""))
            for language in definition.languages
        ]
        for kind in WHEN
    }


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
