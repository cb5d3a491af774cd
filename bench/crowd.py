"""Who comes to a contest, honestly and otherwise: people, offices, phones behind one address, scripts and fleets.

Everything is drawn from one seeded generator, so that two runs have the same people. Their own domains are under
`.nonesuch`, which nobody has: names kept for examples are left out by what looks at domains. Times are seconds from the opening.
"""

import ipaddress
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import msgspec

from contests.entry import parse_email

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

_FIRST = (
    "marie nicolas julie thomas camille julien lea alexandre manon antoine sarah pierre laura maxime chloe kevin pauline "
    "romain emma lucas anais hugo claire mathieu celine sebastien nathalie david sandrine christophe isabelle philippe "
    "sylvie laurent catherine patrick fatima mohamed ines karim jean michel anne paul sophie luc elise marc zoe simon"
)
_HEADS = "mar dup ber dub mor lef gir rou fon chev gar per lam bla fau mer bou cle gau rol sim col vid bru bar"
_TAILS = "tin ont nard ois eau evre ard sel taine alier nier rin bert nchard cher cier langer ment thier land"
FIRST, HEADS, TAILS = _FIRST.split(), _HEADS.split(), _TAILS.split()
MAIL = (
    *(("gmail.com", 34), ("hotmail.fr", 8), ("outlook.fr", 6), ("orange.fr", 10), ("wanadoo.fr", 3), ("free.fr", 7)),
    *(("sfr.fr", 4), ("laposte.net", 4), ("yahoo.fr", 6), ("icloud.com", 5), ("pt.lu", 1), ("", 12)),
)
DESKTOPS = (
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36", "Windows"),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36 Edg/142.0",
        "Windows",
    ),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", ""),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15", ""),
)
# Chrome on Android says the same of every telephone; Safari says the version of iOS.
PHONES = (
    ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36", "Android"),
    ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36", "Android"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 Version/26.1 Mobile Safari", ""),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile Safari", ""),
)
Browser = tuple[str, str]


class Visit(msgspec.Struct, kw_only=True):
    """Somebody, or a program, who means to enter once. `fill` is the time from the first touch of the form to the button."""

    population: str
    at: float
    address: str
    browser: Browser
    email: str
    first: str = "Zoé"
    last: str = "Lefèvre"
    fill: float = 30.0
    proof: bool = True
    page: bool = True
    stumbles: bool = False
    twice: bool = False
    mailed: float = 60.0
    """Seconds until the link in the mail is opened; below zero: never."""
    tries: int = 4
    """Posts that are refused for their rate until one gives up; a program has more patience."""


class Name(NamedTuple):
    """A name as it stands in a directory."""

    first: str
    last: str


class Town:
    """People, networks and mailboxes, each new one unlike those before."""

    def __init__(self, seed: int = 1) -> None:
        self.dice = Random(seed)  # noqa: S311 - people, not secrets
        self._mailboxes: set[str] = set()
        self._firms = [f"{self.dice.choice(HEADS)}{self.dice.choice(TAILS)}-{n}.nonesuch" for n in range(300)]

    def name(self) -> Name:
        """Return a name."""
        return Name(self.dice.choice(FIRST), self.dice.choice(HEADS) + self.dice.choice(TAILS))

    def mailbox(self, who: Name, domain: str = "") -> str:
        """Return an address that nobody has yet, as people choose them: a third with a number in it."""
        dice = self.dice
        domain = domain or dice.choices([d for d, _ in MAIL], [w for _, w in MAIL])[0] or self._firm()
        forms = [
            f"{who.first}.{who.last}", f"{who.first}{who.last}", f"{who.first[0]}.{who.last}", f"{who.last}.{who.first}",
            f"{who.first}{dice.randrange(1955, 2009)}", f"{who.first}.{who.last}{dice.randrange(1, 100)}",
            f"{who.first}{who.last[:3]}{dice.randrange(10, 99)}",
        ]  # fmt: skip
        found = f"{dice.choices(forms, [36, 12, 10, 10, 7, 17, 8])[0]}@{domain}"
        while parse_email(found).key in self._mailboxes:
            found = f"{who.first}.{who.last}{dice.randrange(1, 9999)}@{domain}"
        self._mailboxes.add(parse_email(found).key)
        return found

    def _firm(self) -> str:
        """Small domains are not equally small."""
        return self._firms[min(int(self.dice.expovariate(1 / 60)), len(self._firms) - 1)]

    def ipv4(self) -> str:
        """Return an IPv4 address."""
        return str(ipaddress.IPv4Address(self.dice.randrange(0x0B000000, 0xDF000000)))

    def ipv6(self, prefix: str) -> str:
        """Return an IPv6 address in a network."""
        network = ipaddress.IPv6Network(prefix)
        return str(network[self.dice.randrange(network.num_addresses)])

    def home(self) -> str:
        """Return the address of a home: half have IPv6, and a provider's /48 holds 256 of them."""
        if self.dice.random() < 0.5:
            return self.ipv4()
        return self.ipv6(f"2a01:e0a:{self.dice.randrange(60):x}::/48")

    def browser(self, phones: float = 0.6) -> Browser:
        """Return a telephone's browser, or a desktop's."""
        return self.dice.choice(PHONES if self.dice.random() < phones else DESKTOPS)

    def person(self, population: str, at: float, address: str = "", domain: str = "", phones: float = 0.6) -> Visit:
        """Return an honest visitor: reads, types, now and then mistypes; browsers fill forms in; few have no JavaScript."""
        dice, who = self.dice, self.name()
        fill = dice.lognormvariate(3.4, 0.55)  # the middle one takes half a minute
        if dice.random() < 0.06:
            fill = dice.uniform(1.5, 6.0)
        return Visit(
            population=population, at=at, address=address or self.home(), browser=self.browser(phones),
            email=self.mailbox(who, domain), first=who.first.title(), last=who.last.title(), fill=fill,
            proof=dice.random() > 0.02, stumbles=dice.random() < 0.08,
            mailed=dice.lognormvariate(4.3, 1.0) if dice.random() < 0.92 else -1.0,
        )  # fmt: skip


def evening(town: Town, size: int) -> Iterator[Visit]:
    """(a) People at home, over four hours, more of them at nine."""
    for _ in range(size):
        yield town.person("evening", town.dice.triangular(0, 4 * HOUR, 1.8 * HOUR))


def office(town: Town, size: int, population: str = "office") -> Iterator[Visit]:
    """(b) One address, ten minutes, most in the first ones after the message; one browser on nearly all machines."""
    address = town.ipv4()
    for _ in range(size):
        at = HOUR + min(town.dice.expovariate(1 / 200), 10 * MINUTE)
        own = "atelier-lefort.nonesuch" if town.dice.random() < 0.4 else ""
        one = town.person(population, at, address, own, phones=0.0)
        one.browser = DESKTOPS[1] if town.dice.random() < 0.85 else town.browser(0.0)
        yield one


def carrier(town: Town, size: int) -> Iterator[Visit]:
    """(b) Telephones of one carrier: four shared addresses, within twenty minutes of a story that many see."""
    shared = [town.ipv4() for _ in range(4)]
    for _ in range(size):
        at = 2 * HOUR + min(town.dice.expovariate(1 / 400), 20 * MINUTE)
        yield town.person("carrier", at, town.dice.choice(shared), phones=1.0)


def families(town: Town, size: int) -> Iterator[Visit]:
    """(b) Four people, one address, two machines, one name, within ten minutes; one family in ten has a domain of its own."""
    for number in range(size // 4):
        address, machines, last = town.home(), (town.browser(), town.browser()), town.name().last
        start = town.dice.uniform(0, 3.5 * HOUR)
        domain = f"{last}-{number}.nonesuch" if town.dice.random() < 0.1 else ""
        for _ in range(4):
            one = town.person("families", start + town.dice.uniform(0, 10 * MINUTE), address, domain)
            one.browser, one.last = town.dice.choice(machines), last.title()
            yield one


def mistaken(town: Town, size: int) -> Iterator[Visit]:
    """(f) People who enter again: they pressed twice, forgot, or wrote the address in another way."""
    for number in range(size):
        first = town.person("twice", town.dice.uniform(0, 3 * HOUR), domain="gmail.com" if number % 3 else "")
        first.proof, first.mailed, first.twice = True, abs(first.mailed), number % 3 == 0
        yield first
        if number % 3:
            local, _, domain = first.email.partition("@")
            again = msgspec.structs.replace(first, at=first.at + town.dice.uniform(10 * MINUTE, HOUR))
            again.email = first.email.upper() if number % 3 == 1 else f"{local.replace('.', '')}+jeu@{domain}"
            yield again


def script(town: Town, size: int, *, proof: bool) -> Iterator[Visit]:
    """(c) One program, one address, two entries a second, numbered addresses; with a solved proof of work or none."""
    address = town.ipv4()
    kind = "script" if proof else "script-blind"
    for number in range(size):
        yield Visit(
            population=kind, at=HOUR + number / 2, address=address, browser=("python-requests/2.32.5", ""), fill=0.2,
            email=f"{kind}{number:04d}@{kind}.nonesuch", proof=proof, page=False, tries=60,
            mailed=20.0 if proof else -1.0,
        )  # fmt: skip


def _hired(town: Town, population: str, size: int, spread: float = 4 * HOUR) -> Iterator[Visit]:
    """Come from residential addresses, each used once, with true browsers, solved proofs and human times."""
    for _ in range(size):
        who = town.name()
        yield Visit(
            population=population, at=town.dice.uniform(0, spread), address=town.home(), browser=town.browser(),
            email="", first=who.first.title(), last=who.last.title(), fill=town.dice.lognormvariate(3.3, 0.4), page=False,
            tries=60, mailed=town.dice.uniform(20, 300),
        )  # fmt: skip


def fleets(town: Town, size: int) -> Iterator[Visit]:
    """(d) The same program with five kinds of mailboxes, and one that rents a /48 instead of addresses. `size` each."""
    for number, one in enumerate(_hired(town, "fleet, own domains", size)):
        one.email = town.mailbox(
            Name(one.first.lower(), one.last.lower()), f"post-{number % max(1, size // 30)}.nonesuch"
        )
        yield one
    for number, one in enumerate(_hired(town, "fleet, numbered", size)):
        one.email = f"lucky{number:04d}@numbered.nonesuch" if number % 2 else f"lucky+{number:04d}@tagged.nonesuch"
        yield one
    for number, one in enumerate(_hired(town, "fleet, subdomains", size)):
        one.email = town.mailbox(Name(one.first.lower(), one.last.lower()), f"m{number}.many.nonesuch")
        yield one
    for number, one in enumerate(_hired(town, "fleet, Gmail tags, dots", size)):
        local = "adele.roland.42"
        cut = 1 + number % (len(local) - 2)
        one.email = f"{local[:cut].strip('.')}.{local[cut:].strip('.')}+{number}@gmail.com"
        yield one
    for number, one in enumerate(_hired(town, "fleet, disposable", size)):
        one.email = f"{one.first}.{number}@{('mailinator.com', 'yopmail.com', 'guerrillamail.com')[number % 3]}".lower()
        yield one
    for one in _hired(town, "fleet, invented at Gmail", size):
        one.email, one.mailed = town.mailbox(Name(one.first.lower(), one.last.lower()), "gmail.com"), -1.0
        yield one
    for one in _hired(town, "fleet, one /48", size, 10 * MINUTE):
        one.email = town.mailbox(Name(one.first.lower(), one.last.lower()), "gmail.com")
        one.address = town.ipv6("2a0c:b641:777::/48")
        yield one


def slow_fleets(town: Town, size: int) -> Iterator[Visit]:
    """(e) As slow as people, over five days: five mailboxes on each of many domains; or mailboxes that were bought."""
    for number, one in enumerate(_hired(town, "slow, many domains", size, 5 * DAY)):
        one.email = town.mailbox(Name(one.first.lower(), one.last.lower()), f"maison-{number // 5}.nonesuch")
        yield one
    for one in _hired(town, "slow, bought mailboxes", size, 5 * DAY):
        one.email = town.mailbox(Name(one.first.lower(), one.last.lower()), "")
        yield one


def everybody(scale: float = 1.0) -> list[Visit]:
    """Return all visits in the order of time; `scale` 1 has about 3,500."""
    town = Town()

    def many(full: int, least: int) -> int:
        return max(least, round(full * scale))

    found = [
        *evening(town, many(800, 40)), *office(town, 300), *carrier(town, many(300, 20)), *families(town, many(200, 20)),
        *mistaken(town, many(150, 9)), *script(town, many(300, 90), proof=True), *script(town, many(100, 20), proof=False),
        *fleets(town, many(150, 20)), *slow_fleets(town, many(100, 15)),
    ]  # fmt: skip
    return sorted(found, key=lambda visit: visit.at)
