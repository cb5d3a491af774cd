"""A made-up year of contests: one campaign in every stage, with people in every state; each scene names its page."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from browser.commented import commented
from browser.installation import Site
from browser.minors import minors

from contests.campaign.form import read_form
from contests.campaign.series import Plan, PrizeLine
from contests.codec import canonical, parse_json
from contests.draw.seed import Rehearsal
from contests.flows import (
    amend,
    deliver,
    drafting,
    erase,
    minutes,
    moderate,
    organisers,
    people,
    preview,
    publish,
    series,
    settle,
    show,
)
from contests.flows import draw as drawing
from contests.flows import enter as entering
from contests.flows import freeze as freezing
from contests.flows.acknowledge import acknowledge, acknowledge_all
from contests.flows.enter import Accepted, Submission
from contests.flows.four_eyes import refuse, submit
from contests.flows.proposed import Exclude
from contests.flows.roles import Person
from contests.flows.sign_in import entrust
from contests.papers.minutes_facts import Present, Stated
from contests.store import campaigns, draws, entries, figures, proposals, staff
from contests.store import organisers as kept
from contests.store.tables import MembershipRow

DAY = timedelta(days=1)
VALUES = [
    {"name": "number", "label": {"fr": "Numéro tiré de l’urne", "en": "Number drawn from the urn"}},
    {"name": "dice", "label": {"fr": "Trois dés, de gauche à droite", "en": "Three dice, left to right"}},
]
CEREMONY = {"source": "ceremony", "officer": "Maître Alice Morel, commissaire de justice à Lyon", "values": VALUES}

QUESTION = {"fr": "Où le vélo est-il assemblé ?", "en": "Where is the bicycle built?"}
MAILED: dict[str, Any] = {
    "rules": [
        {"kind": "confirmed-email"},
        {"kind": "minimum-age", "by": "birth-date"},
        {"kind": "residence", "countries": ["FR"]},
        {"kind": "closed-question", "question": QUESTION, "options": ["Lyon", "Lille"], "answers": ["Lyon"]},
    ]
}


def definition(slug: str, **changes: Any) -> dict[str, Any]:
    """Return a definition with something of everything."""
    return {
        "slug": slug,
        "languages": ["fr", "en"],
        "timezone": "Europe/Paris",
        "title": {"fr": f"Le grand jeu de printemps ({slug})", "en": f"The great spring contest ({slug})"},
        "summary": {
            "fr": "Un vélo et dix bougies à gagner par tirage au sort. Gratuit et sans obligation d’achat !",
            "en": "A bicycle and ten candles to be won by draw. Free, without any purchase!",
        },
        "organiser": {
            "name": "Ateliers Lumière",
            "legal_form": "SAS au capital de 50 000 €",
            "registration": "RCS Lyon 812 345 678",
            "address": "12 rue des Tisserands, 69004 Lyon",
            "contact": "jeux@ateliers.example",
            "data_protection": "dpo@ateliers.example",
        },
        "prizes": [
            {
                "id": "bike",
                "title": {"fr": "Un vélo de ville assemblé à Lyon", "en": "A city bicycle built in Lyon"},
                "description": {"fr": "Cadre acier, huit vitesses.", "en": "Steel frame, eight gears."},
                "unit_value": "1290.00",
            },
            {"id": "candle", "title": {"fr": "Une bougie", "en": "A candle"}, "unit_value": "24.90", "quantity": 4},
        ],
        "fields": [
            {"id": "email", "kind": "email", "purpose": "contact", "retention_days": 180},
            {"id": "first_name", "kind": "first-name", "purpose": "publication", "retention_days": 180},
            {"id": "last_name", "kind": "last-name", "purpose": "publication", "retention_days": 180},
            {"id": "town", "kind": "town", "purpose": "publication", "retention_days": 180},
            {
                "id": "news",
                "kind": "consent",
                "required": False,
                "purpose": "marketing",
                "retention_days": 365,
                "label": {"fr": "Je veux recevoir la lettre", "en": "I want the newsletter"},
            },
        ],
        "rules": [
            {"kind": "minimum-age", "years": 18},
            {"kind": "residence", "countries": ["FR", "LU"]},
            {"kind": "one-per-person"},
        ],
        "bonuses": [{"kind": "referral", "tickets": 1, "cap": 5}],
        "channels": [{"id": "boutique", "title": {"fr": "Affiche en boutique", "en": "Poster in the shop"}}],
        "alternates": 6,
        "forfeits": [
            {"code": "no-answer", "days": 7, "reason": {"fr": "Pas de réponse", "en": "No answer"}},
            {"code": "not-eligible", "reason": {"fr": "Une condition n’est pas remplie", "en": "Not eligible"}},
        ],
        "draw": CEREMONY,
        "publication": "first-name-initial-town",
        **changes,
    }


LAW: dict[str, Any] = {
    "cost": {"kind": "postage", "what": {"fr": "une enveloppe timbrée", "en": "a stamped envelope"}},
    "themes": ["alcohol"],
    "paid_partnership": {"fr": "la Cidrerie Bleue offre les lots", "en": "Cidrerie Bleue gives the prizes"},
}
BIKE, CANDLE = definition("drawn")["prizes"]
LONG = "Rindfleischetikettierungsueberwachungsaufgaben"  # no page is pushed sideways by one word
PRICED: dict[str, Any] = {
    "terms": LAW,
    "title": {"fr": f"Le {LONG}", "en": f"The {LONG}"},
    "summary": {"fr": f"Un vélo et des {LONG} à gagner.", "en": f"A bicycle and {LONG} to be won."},
    "prizes": [
        BIKE
        | {"title": {"fr": f"Un {LONG}", "en": f"A {LONG}"}}
        | {"description": {"fr": f"https://ateliers.example/{LONG}", "en": f"https://ateliers.example/{LONG}"}},
        CANDLE,
    ],
}
HANDED: dict[str, Any] = {
    "draw": {"source": "rehearsal"},
    "prizes": [BIKE, CANDLE | {"claim": ["postal-address", "phone"]}],
    "awards": {
        "documents": [
            {"id": "age", "title": {"fr": "Une preuve d’âge", "en": "Proof of age"}, "prizes": ["candle"]},
            {
                "id": "home",
                "title": {"fr": "Une preuve de résidence", "en": "Proof of residence"},
                "prizes": ["candle"],
            },
        ],
        "remind_days": 2,
    },
}
ANSWER = {
    "conditions": "yes", "message": "Merci !", "name": "Zoé Petit", "street": "12 rue des Tisserands", "postcode": "69004",
    "town": "Lyon", "country": "FR",
}  # fmt: skip


class World:
    """Builds the scenes; `at` is the present, everything else happened before it or is still to come."""

    def __init__(self, site: Site) -> None:
        self.site, self.house, self.at = site, site.house, site.clock.now
        self.ids: dict[str, str] = {}
        self.receipts: dict[str, list[Accepted]] = {}

    def publish(self, slug: str, opens: float, **changes: Any) -> str:
        """Publish a campaign that opens so many days from now and lasts five; return its id."""
        first = self.at + opens * DAY
        times = {"opens_at": 0.0, "closes_at": 5.0, "freezes_at": 5.5, "draws_at": 6.0}
        told = {name: (first + days * DAY).isoformat() for name, days in times.items()}
        text = canonical(definition(slug, **told, **changes)).decode()
        before = min(self.at, first) - DAY
        identity = publish.draft(self.house, text, "json", before)
        acknowledge_all(self.house, identity, reason="Une scène d’essai.", staff_name="Claire", now=before)
        publish.publish(self.house, identity, before)
        self.ids[slug] = identity
        return identity

    def people(self, slug: str, *names: str, **changes: Any) -> None:
        """Let people enter on the second day, or now if that is still to come."""
        with self.house.store.read() as tx:
            standing = campaigns.standing(tx, self.ids[slug])
        at = min(self.at, standing.definition.opens_at + DAY)
        made = []
        for name in names:
            raw = {
                "email": f"{name}@laboiteauxlettresdesgens.example",
                "first_name": name.title(),
                "last_name": "Petit",
                "town": "Lyon",
            }
            raw |= {"country": "FR", "age": "on", "rules": "1"}
            form = read_form(standing.definition, raw | changes.pop("answers", {}), "fr")
            assert form.answers is not None, form.errors
            assert form.email is not None
            made.append(Submission(answers=form.answers, email=form.email, at=at, **{"proof": "valid", **changes}))
        results = entering.enter(self.house, self.ids[slug], made)
        self.receipts.setdefault(slug, []).extend(result for result in results if isinstance(result, Accepted))

    def stage(self, slug: str, wanted: str) -> None:
        """Take a campaign on to a stage, each step at its own time."""
        identity = self.ids[slug]
        with self.house.store.read() as tx:
            told = campaigns.standing(tx, identity).definition
        freezing.close(self.house, identity, told.closes_at)
        if wanted == "closed":
            return
        freezing.freeze(self.house, identity, told.freezes_at)
        if wanted == "frozen":
            return
        drawing.draw(self.house, identity, Rehearsal("browser"), told.draws_at)
        settle.advance(self.house, identity, told.draws_at)

    def offers(self, slug: str) -> dict[str, str]:
        """Return the addresses of the offers that were mailed, by the person's first name."""
        found = {}
        for receipt in self.receipts[slug]:
            with self.house.store.read() as tx:
                person = entries.entrant(tx, receipt.entrant)
            assert person is not None
            for mail in self.site.mails(person.email or ""):
                link = re.search(rf"/c/{slug}/claim/\w+", mail.body)
                if link:
                    found[(person.email or "").partition("@")[0]] = link[0]
        return found


def build(site: Site) -> dict[str, str]:
    """Fill an installation; return the address of every scene. Names beginning with `staff` need a sign-in."""
    world = World(site)
    at, house = world.at, site.house
    crowd = [f"person{n}" for n in range(24)]
    rehearsal: dict[str, Any] = {"draw": {"source": "rehearsal"}}
    for slug, opens, changes in (
        ("past", -30, rehearsal),
        ("drawn", -8, HANDED),
        ("void", -7, {}),
        ("frozen", -5.6, {}),
        ("beacon", -5.6, {"draw": {"source": "drand"}}),
        ("closed", -5.2, {}),
        ("open", -2, {}),
        ("mailed", -2, MAILED),
        ("quiet", -1, {}),
        ("priced", -1, PRICED),
        ("amended", -1, rehearsal),
        ("framed", -1, {"embed": ["https://shop.example"]}),
        ("soon", 2, {}),
    ):
        world.publish(slug, opens, **changes)
    for slug in ("past", "drawn", "void", "frozen", "beacon", "closed", "open"):
        world.people(slug, *crowd)
    world.people("framed", "person0")
    world.people("open", "trap", marks=("trap", "too-fast"))
    world.people("open", "fast0", "fast1", "fast2", marks=("burst",))
    world.people("open", "pending", proof="none")
    world.people("open", "person5", proof="none")
    referral = _referral(world, "open")
    world.people("open", "friend", answers={"ref": referral})
    for slug in ("open", "drawn"):
        moderate.exclude(
            house, world.ids[slug], world.receipts[slug][1].entrant, reason="automation", note="Trois envois par seconde.",
            evidence=("journal.txt", b"three a second"), staff_name="Claire", now=at if slug == "open" else at - 6 * DAY,
        )  # fmt: skip
        when = at if slug == "open" else at - 6 * DAY
        moderate.withdraw(house, world.ids[slug], world.receipts[slug][2].token, when)
    moderate.void(
        house, world.ids["void"], reason="Le fournisseur du lot a cessé son activité.", staff_name="Claire", now=at
    )
    for slug, stage in (
        ("closed", "closed"),
        ("frozen", "frozen"),
        ("beacon", "frozen"),
        ("drawn", "drawn"),
        ("past", "drawn"),
    ):
        world.stage(slug, stage)
    _amend(world, "amended")
    _visits(world, "open")
    return _addresses(world, _settle(world))


def _series(world: World) -> dict[str, str]:
    """Begin a calendar whose second day is today, publish it, and begin another; return their pages."""
    house, at, claire = world.house, world.at, Person("c" * 32, "Claire", "manager", "fr")
    made = []
    for days in (-1, 20):
        lines = tuple(PrizeLine({"fr": what}, "24.90") for what in ("Une bougie", "Un thé", "Un vélo", "Une lampe"))
        first = (at.astimezone(ZoneInfo("Europe/Paris")) + days * DAY).date()
        plan = Plan(key="", step="day", first=first, number=4, prizes=lines, reveal="on-the-day")
        made.append(series.start(house, "advent", "Quatre jours", "fr", plan, claire, at))
    with house.store.read() as tx:
        rows = series.series_rows(tx, made[0], claire)
    for row in rows:
        acknowledge_all(house, row.id, reason="Vu.", staff_name="Claire", now=at - 3 * DAY)
    series.publish_all(house, made[0], claire, at - 3 * DAY)
    draft = f"{made[1]}-1"
    with house.store.read() as tx:
        row = campaigns.by_slug(tx, draft)
    text = row.draft.replace("years = 18", "years = 16").replace("alternates = 5", "alternates = 0")
    drafting.save_text(house, row.id, text, "toml", drafting.mark_of(row), "Claire", at)
    token = preview.share(house, row.id, note="Agence", last=(at + 5 * DAY).date(), staff_name="Claire", now=at)
    return {
        "series": f"/s/{made[0]}",
        "landing of a series": f"/c/{made[0]}-3",
        "shared preview": f"/preview/{token}",
        "shared rules": f"/preview/{token}/rules",
        "staff series": f"/staff/s/{made[1]}",
        "staff series start": "/staff/start/advent",
        "staff series carry": f"/staff/c/{draft}/carry",
        "staff look": f"/staff/c/{draft}/look?on=desk",
        "staff text editor": f"/staff/c/{draft}/text",
    }


def _amend(world: World, slug: str) -> None:
    """Put one amendment in force, and prepare another that has something of everything."""
    house, identity, at = world.house, world.ids[slug], world.at
    world.people(slug, "person0")
    world.people(slug, "pending", proof="none")
    bike, candle = definition(slug)["prizes"]
    better = {"prizes": [bike, candle | {"quantity": 6}]}
    both = {"summary": {"fr": "Un vélo et des bougies.", "en": "A bicycle."}}
    worse = {
        "prizes": [bike | {"unit_value": "990.00"}, candle | {"quantity": 8}],
        **both,
        "publication": "surname-county",
    }
    for changes in (better, worse):
        amend.begin(house, identity, "Claire", at)
        with house.store.read() as tx:
            copy = amend.working(tx, identity)
        text = canonical(parse_json(copy.draft.encode()) | changes).decode()
        drafting.save_text(house, identity, text, "json", drafting.mark_of(copy), "Claire", at)
        acknowledge_all(house, identity, reason="Une scène d’essai.", staff_name="Claire", now=at)
        if changes is better:
            with house.store.read() as tx:
                mark = amend.review(tx, identity, at).mark
            why = {"fr": "Le fournisseur offre deux bougies de plus.", "en": "The supplier gives two more candles."}
            amend.publish(house, identity, why, mark, staff_name="Claire", now=at)  # type: ignore[arg-type]


def _visits(world: World, slug: str) -> None:
    """Count some visits, as the pages would have."""
    start = world.at.replace(minute=0) - 2 * DAY
    with world.house.store.write() as tx:
        figures.add_visits(
            tx,
            {
                (world.ids[slug], start + timedelta(hours=n), channel, language, "visit"): 3 + (7 * n) % 11
                for n in range(40)
                for channel, language in (("page", "fr"), ("boutique", "fr"), ("page", "en"))
            },
        )


def _referral(world: World, slug: str) -> str:
    with world.house.store.read() as tx:
        person = entries.entrant(tx, world.receipts[slug][0].entrant)
    assert person is not None
    return person.referral or ""


def _settle(world: World) -> dict[str, str]:
    """Claim, confirm, forfeit; return the claim pages."""
    house, at = world.house, world.at
    with house.store.read() as tx:
        units = {slug: draws.awards(tx, world.ids[slug]) for slug in ("drawn", "past")}
    for award in units["past"]:
        settle.confirm_award(house, world.ids["past"], award.unit, staff_name="Claire", note="Vu.", now=at - 20 * DAY)
    first = world.offers("drawn")
    drawn = world.ids["drawn"]
    owner = {award.unit: award.entrant for award in units["drawn"]}
    names = {receipt.entrant: f"person{n}" for n, receipt in enumerate(world.receipts["drawn"])}
    link = {unit: first[names[entrant]] for unit, entrant in owner.items() if names.get(entrant) in first}
    for unit in ("bike", "candle-1"):
        settle.claim(house, drawn, link[unit].rpartition("/")[2], ANSWER, at - DAY)
    show.send_document(house, drawn, link["candle-1"].rpartition("/")[2], "age", b"%PDF-1.7", at - DAY)
    settle.confirm_award(house, drawn, "bike", staff_name="Claire", note="Identité vérifiée.", now=at - DAY)
    by_post = deliver.Sending(on=f"{at - DAY:%Y-%m-%d}", carrier="Colissimo", tracking="6A00112233445")
    deliver.note_sent(house, drawn, "bike", by_post, staff_name="Claire", now=at)
    settle.forfeit_award(
        house, drawn, "candle-2", reason="not-eligible", staff_name="Claire", note="Réside hors zone.", now=at - DAY
    )
    _minutes(world)
    return {
        "claim offered": link["candle-3"],
        "claim recorded": link["candle-1"],
        "claim confirmed": link["bike"],
    }


def _minutes(world: World) -> None:
    """Issue minutes, annul them, issue others."""
    house, drawn, at = world.house, world.ids["drawn"], world.at
    stated = Stated(
        place="En ligne",
        operator="Claire Morel",
        clock="Horloge parlante, écart de 0,2 s",
        incidents="Aucun",
        independence="Aucun lien",
        present=(Present(name="Zoé Petit", capacity="observatrice"),),
    )
    minutes.issue(house, drawn, stated, staff_name="Claire", now=at)
    minutes.annul(house, drawn, 1, reason="Un nom était mal écrit.", staff_name="Claire", now=at)
    minutes.issue(house, drawn, stated, staff_name="Claire", now=at)


def _addresses(world: World, claims: dict[str, str]) -> dict[str, str]:
    draft = {"opens_at": "2031-06-01T09:00:00", "closes_at": "2031-06-08T09:00:00", "freezes_at": "2031-06-08T10:00:00"}
    for slug, draws_at, changes in (
        ("clean", "2031-06-08T12:00:00", {"rules": [*definition("clean")["rules"], {"kind": "confirmed-email"}]}),
        ("blocked", "2031-06-07T12:00:00", {"alternates": 0, "draw": {"source": "rehearsal"}}),
        ("warned", "2031-06-08T12:00:00", {"alternates": 0, "draw": {"source": "rehearsal"}, **PRICED}),
    ):
        text = canonical(definition(slug, **{**draft, "draws_at": draws_at, **changes})).decode()
        world.ids[slug] = publish.draft(world.house, text, "json", world.at)
    with world.house.store.read() as tx:
        remarks = publish.review(campaigns.row(tx, world.ids["warned"]), world.at)[1]
    known = next(remark for remark in remarks if remark.code == "rehearsal")
    reason = "C’est un essai avec l’équipe : rien n’est promis au public, et la page le dit."
    acknowledge(world.house, world.ids["warned"], known.digest, reason=reason, staff_name="Claire", now=world.at)
    receipts = world.receipts
    entrant = [receipt.entrant for receipt in receipts["open"]]
    confirm, again = (_confirmation(world, name) for name in ("pending", "person5"))
    with world.house.store.read() as tx:
        held = {award.entrant for award in draws.awards(tx, world.ids["drawn"])}
    winner = next(r for r in receipts["drawn"] if r.entrant in held)
    stages = ("soon", "open", "closed", "frozen", "drawn", "past", "void", "quiet")
    return _series(world) | {
        "home": "/",
        "mailbox": "/mailbox?to=person0@laboiteauxlettresdesgens.example",
        **{f"landing {stage}": f"/c/{stage}" for stage in (*stages, "mailed")},
        "landing in English": "/c/open?lang=en",
        "landing priced": "/c/priced",
        "rules priced": "/c/priced/rules",
        "rules file priced": "/c/priced/rules/1/fr",
        "staff overview priced": "/staff/c/priced",
        "rules": "/c/open/rules",
        "rules file": "/c/open/rules/1/fr",
        **{f"results {stage}": f"/c/{stage}/results" for stage in stages},
        "results in English": "/c/drawn/results?lang=en",
        "journal": "/c/drawn/journal",
        **{
            f"{name} {slug}": f"/c/{slug}/{name}"
            for name in ("live", "observe", "certificate")
            for slug in (*stages, "beacon")
        },
        "minutes": "/c/drawn/minutes/2/fr",
        "minutes annulled": "/c/drawn/minutes/1/en?lang=en",
        "minutes file": "/c/drawn/minutes/2/fr.html",
        "sent": "/c/open/sent",
        "confirm": confirm,
        "confirm again": again,
        "receipt": f"/c/open/receipt/{receipts['open'][0].token}",
        "receipt excluded": f"/c/open/receipt/{receipts['open'][1].token}",
        "receipt withdrawn": f"/c/open/receipt/{receipts['open'][2].token}",
        "receipt winner": f"/c/drawn/receipt/{winner.token}",
        "receipt not drawn": f"/c/past/receipt/{_last(world, 'past')}",
        "my data": f"/c/open/receipt/{receipts['open'][0].token}/data",
        "my data winner": f"/c/drawn/receipt/{winner.token}/data?lang=en",
        "my data asked": f"/c/drawn/receipt/{_asked(world)}/data",
        "my data not drawn": f"/c/past/receipt/{_last(world, 'past')}/data",
        "erased": "/c/open/erased",
        **claims,
        **minors(world),
        **commented(world),
        "landing amended": "/c/amended",
        "amendment": "/c/amended/amendments/1",
        "confirm amended": _confirmation(world, "pending", "amended"),
        "staff amend": "/staff/c/amended/amend",
        "not found": "/c/nowhere",
        "sign-in": "/staff/sign-in",
        **_people(world),
        **_second_person(world),
        "staff queue": "/staff/c/open/queue",
        "staff queue drawn": "/staff/c/drawn/queue?lang=en",
        "staff home": "/staff",
        "staff new": "/staff/new",
        "staff draft clean": "/staff/c/clean",
        "staff draft blocked": "/staff/c/blocked",
        "staff start": "/staff/start",
        "staff edit essentials": "/staff/c/blocked/edit/essentials",
        "staff edit prizes": "/staff/c/clean/edit/prizes",
        "staff edit people": "/staff/c/clean/edit/people",
        "staff edit form": "/staff/c/clean/edit/form",
        "staff edit comments": "/staff/c/clean/edit/comments",
        "staff edit draw": "/staff/c/clean/edit/draw",
        "staff text": "/staff/c/clean/text",
        "staff draft warned": "/staff/c/warned",
        "staff preview": "/staff/c/clean/preview",
        **{f"staff overview {stage}": f"/staff/c/{stage}" for stage in stages},
        "staff overview in English": "/staff/c/open?lang=en",
        "staff legal in English": "/staff/c/drawn/legal?lang=en",
        "staff entries": "/staff/c/open/entries",
        "staff entries none": "/staff/c/open/entries?before=1",
        "staff entrant": f"/staff/c/open/entrants/{entrant[0]}",
        "staff entrant excluded": f"/staff/c/open/entrants/{entrant[1]}",
        "staff entrant frozen": f"/staff/c/frozen/entrants/{receipts['frozen'][0].entrant}",
        "staff awards before": "/staff/c/open/awards",
        "staff awards ceremony": "/staff/c/frozen/awards",
        "staff awards": "/staff/c/drawn/awards",
        "staff legal": "/staff/c/drawn/legal",
        "staff legal quiet": "/staff/c/quiet/legal",
        "embed": "/c/framed/embed",
        "embed sent": "/c/framed/embed/sent",
        "embed done": f"/c/framed/embed/done/{receipts['framed'][0].token}",
        "staff channels": "/staff/c/open/channels",
        "staff channels framed": "/staff/c/framed/channels",
        "staff try": "/staff/c/mailed/try",
        "staff try draft": "/staff/c/clean/try",
        "staff rehearse": "/staff/c/clean/rehearse",
        "staff winner to check": "/staff/c/drawn/awards/candle-1",
        "staff winner sent": "/staff/c/drawn/awards/bike",
        "staff winner to send": "/staff/c/past/awards/bike",
        "staff notices": "/staff/c/drawn/notices",
        "staff closing": "/staff/c/drawn/closing",
        "staff minutes": "/staff/c/drawn/minutes",
        "staff minutes before": "/staff/c/open/minutes",
        "staff figures": "/staff/c/open/figures?with=past",
        "staff figures quiet": "/staff/c/soon/figures",
        "staff figures in English": "/staff/c/drawn/figures?lang=en",
        **{f"staff replies {stage}": f"/staff/c/{stage}/replies" for stage in stages},
        "staff calendar": "/staff/calendar",
        "staff data": "/staff/c/drawn/data",
        "staff data planned": "/staff/c/open/data?lang=en",
    }


def _another_organiser(world: World, by: Person) -> None:
    """Make two more organisers: Olga works for one as well, and the other's first owner is invited."""
    entrust(world.house, "olga@staff.example", world.at)
    for name in ("Les Jardins Bleus", "Studio Vert"):
        made = organisers.make(
            world.house, by, name=name, email="owner@client.example", language="fr", now=world.at
        )  # fmt: skip
        with world.house.store.write() as tx:
            row = staff.by_email(tx, "olga@staff.example")
            if row and name == "Les Jardins Bleus":
                kept.put_member(tx, MembershipRow(staff=row.id, organiser=made, role="legal"))


def _people(world: World) -> dict[str, str]:
    """Invite people; return the pages about people, and those that the mailed links open."""
    house, at = world.house, world.at
    olga = Person("0" * 32, "Olga", "owner", "fr")
    mails = {"nina@staff.example": "invitation", "officer@office.example": "observe"}
    _another_organiser(world, olga)
    people.invite(house, olga, "late@staff.example", "legal", "fr", at - 8 * DAY)
    people.invite(house, olga, "nina@staff.example", "moderator", "fr", at)
    people.invite_observer(
        house, olga, email="officer@office.example", name="Maître Dupont", slug="open", last=(at + 20 * DAY).date(),
        language="fr", now=at,
    )  # fmt: skip
    links = {}
    for recipient, kind in mails.items():
        found = re.search(rf"/staff/{kind}/\w+", world.site.mails(recipient)[0].body)
        assert found
        links[kind] = found[0]
    return {
        "invitation": links["invitation"],
        "invitation in English": f"{links['invitation']}?lang=en",
        "observer": links["observe"],
        "staff people": "/staff/people",
        "staff people in English": "/staff/people?lang=en",
        "staff organisers": "/staff/organisers",
        "staff installation": "/staff/installation",
        "staff status": "/staff/status",
        "staff me": "/staff/me",
        "staff second factor": "/staff/me/second-factor",
    }


def _asked(world: World) -> str:
    """Let an alternate and somebody who was not drawn ask for erasure; return the alternate's receipt."""
    with world.house.store.read() as tx:
        row = draws.get(tx, world.ids["drawn"])
    assert row is not None
    last = row.ranking.decode().splitlines()[-1].split(",")[2]
    alternate = next(r for r in world.receipts["drawn"] if r.entrant == last)
    erase.erase(world.house, world.ids["drawn"], alternate.entrant, world.at)
    out = next(r for r in world.receipts["drawn"][3:] if r.entrant not in row.ranking.decode())
    erase.erase(world.house, world.ids["drawn"], out.entrant, world.at)
    return alternate.token


def _confirmation(world: World, name: str, slug: str = "open") -> str:
    """Return the address by which somebody may confirm an entry to the open contest."""
    bodies = [mail.body for mail in world.site.mails(f"{name}@laboiteauxlettresdesgens.example")]
    return next(link[0] for body in bodies if (link := re.search(rf"/c/{slug}/confirm/\w+", body)))


def _last(world: World, slug: str) -> str:
    """Return the receipt of somebody who is far down the ranking."""
    with world.house.store.read() as tx:
        row = draws.get(tx, world.ids[slug])
    assert row is not None
    ranked = row.ranking.decode()
    return next(r.token for r in world.receipts[slug] if r.entrant not in ranked)


def _second_person(world: World) -> dict[str, str]:
    """Prepare an exclusion and a publication that wait for somebody else."""
    bob = Person("b" * 32, "Bob", "manager", "fr")
    house = msgspec.structs.replace(world.house, four_eyes=frozenset({"exclude", "publish"}))
    asked = Exclude(
        entrants=tuple(receipt.entrant for receipt in world.receipts["open"][6:9]), reason="automation",
        note="Trois envois par seconde, le même texte.",
    )  # fmt: skip
    submit(house, world.ids["open"], asked, bob, world.at, ("journal.txt", b"three a second"))
    submit(house, world.ids["open"], msgspec.structs.replace(asked, entrants=asked.entrants[:1]), bob, world.at - DAY)
    with house.store.read() as tx:
        first = proposals.waiting(tx, world.ids["open"])[0].id
    alice = Person("a" * 32, "Alice", "manager", "fr")
    refuse(house, world.ids["open"], first, alice, "Une classe entière joue depuis l’école.", world.at)
    return {"staff waiting": "/staff/c/open/waiting", "staff all waiting": "/staff/waiting?lang=en"}
