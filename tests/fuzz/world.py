"""Two organisers in one installation that runs on the loopback, and visitors of every role.

Alpha has the made-up year of contests of the browser's tests; Beta a contest and a draft of its own. `SECRETS` are in
Alpha's pages, mails and files, and in nothing that is public.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from browser.installation import Site
from browser.scenes import build, definition

from contests.codec import canonical
from contests.flows import organisers, people, publish
from contests.flows.acknowledge import acknowledge_all
from contests.flows.house import token_digest
from contests.flows.people import come_in
from contests.flows.roles import Person
from contests.flows.sign_in import start_session
from contests.store import organisers as kept
from contests.store import staff, views
from contests.store.tables import FIRST, MembershipRow, StaffRow
from contests.web.guards import COOKIE

DAY = timedelta(days=1)
SECRETS = (
    "@gens.example",  # participants, parents
    "@staff.example", "officer@office.example", "equipe@velobleu.example",  # the team, its observer, its alerts
    "printemps (clean)", "printemps (blocked)", "spring contest (warned)",  # drafts
    "Trois envois par seconde", "Identité vérifiée.", "Réside hors zone.", "three a second",  # notes, evidence
    "6A00112233445",  # a parcel
    "c’est truqué", "Sans mot-dièse", "Quand est le tirage",  # comments
    "Délai de livraison", "trois semaines",  # answers made ready
)  # fmt: skip
# Whoever holds such a link may see what it opens.
MAILED = re.compile(r"/(receipt|confirm|claim|parent|waiting|invitation|observe|preview|done)/\w")
ROLES = {
    "anonymous": ("", ""),
    "holder": ("", ""),
    "beta-manager": ("beta", "manager"),
    "beta-owner": ("beta", "owner"),
    "observer": ("alpha", "observer"),
    "moderator": ("alpha", "moderator"),
    "legal": ("alpha", "legal"),
    "manager": ("alpha", "manager"),
    "owner": ("alpha", "owner"),
}
OUTSIDERS = ("anonymous", "beta-manager", "beta-owner")


class World:
    """The installation; `scenes` are addresses by name, `held` those that only a mailed link opens."""

    def __init__(self, folder: Path) -> None:
        self.site = Site(folder, mailbox=False, limit_sign_in=1000)
        self.house, self.clock = self.site.house, self.site.clock
        self.scenes = build(self.site)
        self.beta = self._beta()
        self.places = {"alpha": FIRST, "beta": self.beta}

    def _beta(self) -> str:
        house, at = self.house, self.clock.now
        maker = Person("f" * 32, "Ines", "owner", "fr", installation=True)
        beta = organisers.make(house, maker, name="Maison Bêta", email="first@beta.example", language="fr", now=at)
        for slug in ("beta-own", "beta-draft"):
            moments = {"opens_at": -DAY, "closes_at": 5 * DAY, "freezes_at": 6 * DAY, "draws_at": 7 * DAY}
            told = {name: (at + span).isoformat() for name, span in moments.items()} | {"draw": {"source": "rehearsal"}}
            identity = publish.draft(house, canonical(definition(slug, **told)).decode(), "json", at - 2 * DAY, beta)
            if slug == "beta-own":
                acknowledge_all(house, identity, reason="Un essai.", staff_name="Bruno", now=at - 2 * DAY)
                publish.publish(house, identity, at - 2 * DAY)
        return beta

    def cookie(self, role: str) -> str:
        """Begin a session of a role; empty for those who have none."""
        whose, ability = ROLES[role]
        if not whose:
            return ""
        if ability == "observer":
            return self._observer()
        with self.house.store.write() as tx:
            email = f"{ability}@{whose}.example"
            row = staff.by_email(tx, email)
            if row is None:
                row = StaffRow(id=self.house.chance(16).hex(), email=email, name=f"{ability} {whose}", password="")
                staff.add(tx, row)
            place = kept.lock_member(tx, self.places[whose], row.id)
            place = place or MembershipRow(staff=row.id, organiser=self.places[whose], role=ability)
            place.role, place.left_at = ability, None
            kept.put_member(tx, place)
            now = self.clock.now
            where = self.places[whose]
            return start_session(tx, self.house, row.id, browser="", now=now, until=now + DAY, organiser=where).cookie

    def _observer(self) -> str:
        olga = Person("0" * 32, "Olga", "owner", "fr")
        last = (self.clock.now + 20 * DAY).date()
        people.invite_observer(
            self.house, olga, email="eye@office.example", name="Maître Œil", slug="open", last=last, language="fr",
            now=self.clock.now,
        )  # fmt: skip
        with self.house.store.read() as tx:
            found = re.search(r"/staff/observe/(\w+)", views.mails(tx, wanted="eye@office.example")[0].body)
        assert found
        return come_in(self.house, found[1], browser="", now=self.clock.now)[0].cookie

    def starts(self, role: str) -> list[str]:
        """Return addresses that a role knows: scenes of its own side; mailed links only their holder's."""
        whose = ROLES[role][0]
        known = [
            "/",
            "/verify",
            "/c/beta-own",
            "/staff/sign-in",
            "/c/drawn/bundle.zip",
            "/c/drawn/media/x.png",
            "/health",
        ]
        for slug in ("open", "drawn", "commented"):
            known += [
                f"/c/{slug}/{name}"
                for name in ("journal/checkpoint", "journal/tile/0/000", "live/state.json", "challenge")
            ]
        if whose:
            known += ["/staff", "/staff/c/beta-own", "/staff/c/beta-draft"]
        return [*known, *(a for a in self.scenes.values() if role == "holder" or not MAILED.search(a))]


class Visitor:
    """Somebody of a role, at the running application; a session that was ended is begun again."""

    def __init__(self, world: World, role: str) -> None:
        self.world, self.role = world, role
        self.http = requests.Session()
        self._cookie = ""

    def csrf(self) -> str:
        """Return the token that a form of this session has."""
        if not ROLES[self.role][0]:
            return ""
        for _ in range(2):
            with self.world.house.store.read() as tx:
                found = staff.session(tx, token_digest(self._cookie), self.world.clock.now) if self._cookie else None
            if found is not None:
                return found.csrf
            self._cookie = self.world.cookie(self.role)
        raise AssertionError("a session that does not last")

    def send(self, **request: Any) -> requests.Response:
        """Send a request as it stands; redirects are not followed."""
        self.csrf()
        cookies = {**(request.pop("cookies", None) or {}), **({COOKIE: self._cookie} if self._cookie else {})}
        self.http.cookies.clear()
        return self.http.request(**request, cookies=cookies, allow_redirects=False, timeout=30)

    def page(self, address: str) -> str:
        """Return a page's text; empty for files, streams and whatever is not shown."""
        if address.partition("?")[0].endswith(("/events", ".zip", ".pdf", ".png", ".csv")):
            return ""
        answer = self.send(method="GET", url=self.world.site.url + address)
        return answer.text if "text/html" in answer.headers.get("content-type", "") else ""
