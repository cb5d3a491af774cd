"""Campaigns to read the rules text of: the example, the least there can be, and one with everything."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from contests.campaign.definition import Campaign
from contests.campaign.parse import parse

EXAMPLE = Path(__file__).parents[2] / "examples" / "noel-lumiere.toml"
MINIMAL = """
slug = "minimal"
languages = ["en"]
timezone = "UTC"
opens_at = 2027-03-01T00:00:00
closes_at = 2027-03-02T00:00:00
freezes_at = 2027-03-02T00:00:00
draws_at = 2027-03-02T01:00:00
title = { en = "One pen" }
summary = { en = "A pen to be drawn." }
fields = []
publication = "none"
draw = { source = "drand" }
[organiser]
name = "Pen Ltd"
legal_form = "Limited company"
registration = "Company 01234567"
address = "1 High Street, Leeds"
country = "GB"
contact = "hello@pen.example"
data_protection = "privacy@pen.example"
[[prizes]]
id = "pen"
unit_value = "9.50"
currency = "GBP"
title = { en = "A pen" }
"""
RICH = """
slug = "tout"
languages = ["fr", "en"]
timezone = "Europe/Paris"
opens_at = 2027-06-01T10:00:00
closes_at = 2027-06-20T18:30:00
freezes_at = 2027-06-21T10:00:00
draws_at = 2027-06-21T12:00:00
alternates = 2
publication = "surname-county"
title = { fr = "Tout un jeu", en = "A whole contest" }
summary = { fr = "Un jeu où rien ne manque.", en = "A contest that lacks nothing." }
[organiser]
name = "Maison Tout"
legal_form = "SARL au capital de 1 000 €"
registration = "RCS Brest 900 000 000"
address = "3 quai du Port, 29200 Brest"
contact = "jeu@tout.example"
data_protection = "donnees@tout.example"
[brand]
logo = "logo.png"
[[prizes]]
id = "bike"
unit_value = "1200.00"
title = { fr = "Un vélo", en = "A bicycle" }
description = { fr = "Bleu", en = "Blue" }
image = "velo.png"
[[prizes]]
id = "mug"
quantity = 3
unit_value = "8.90"
title = { fr = "Une tasse", en = "A mug" }
[[fields]]
id = "email"
kind = "email"
purpose = "contact"
retention_days = 90
[[fields]]
id = "last_name"
kind = "last-name"
purpose = "publication"
retention_days = 91
[[fields]]
id = "town"
kind = "town"
purpose = "publication"
retention_days = 92
[[fields]]
id = "size"
kind = "choice"
label = { fr = "Taille", en = "Size" }
hint = { fr = "Du vélo", en = "Of the bicycle" }
options = ["S", "M"]
required = false
purpose = "delivery"
retention_days = 30
[[fields]]
id = "news"
kind = "consent"
label = { fr = "La lettre", en = "The letter" }
required = false
purpose = "marketing"
retention_days = 1000
[[rules]]
kind = "minimum-age"
years = 16
by = "birth-date"
[[rules]]
kind = "parent-agrees"
by = "birth-date"
[[rules]]
kind = "residence"
countries = ["FR", "LU"]
[[rules]]
kind = "confirmed-email"
[[rules]]
kind = "disposable-email"
[[rules]]
kind = "excluded-people"
domains = ["tout.example"]
who = "le personnel de Maison Tout"
[[rules]]
kind = "one-per-person"
[[rules]]
kind = "one-per-day"
[[rules]]
kind = "one-per-household"
[[rules]]
kind = "unique-code"
[[rules]]
kind = "closed-question"
question = { fr = "Combien de roues ?", en = "How many wheels?" }
options = ["Deux", "Trois"]
tolerance = 1
sealed = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
[[bonuses]]
kind = "referral"
tickets = 2
cap = 6
[[bonuses]]
kind = "second-channel"
[[bonuses]]
kind = "like"
tickets = 3
[[bonuses]]
kind = "repost"
cap = 4
[[bonuses]]
kind = "follow"
[[channels]]
id = "page-a"
title = { fr = "Page A", en = "Page A" }
[[channels]]
id = "affiche"
title = { fr = "Affiche", en = "Poster" }
[[forfeits]]
code = "sans-reponse"
days = 7
reason = { fr = "Pas de réponse", en = "No answer" }
[[forfeits]]
code = "refus"
reason = { fr = "Refus du lot", en = "The prize is refused" }
[draw]
source = "drand"
notice_minutes = 20
"""
CEREMONY = """
[draw]
id = "des"
source = "ceremony"
notice_minutes = 30
officer = "Me Anne Martin, commissaire de justice"
[[draw.values]]
name = "de-1"
label = { fr = "Premier dé", en = "First die" }
[[draw.values]]
name = "de-2"
label = { fr = "Second dé", en = "Second die" }
"""
TERMS = """
[terms]
themes = ["alcohol"]
delivery_days = 45
mediator = "Médiateur du jeu, mediateur.example"
[terms.cost]
kind = "purchase"
what = { fr = "une caisse de cidre doux, 12 €", en = "a case of sweet cider, €12" }
[terms.paid_partnership]
fr = "la Cidrerie Bleue paie Maison Tout"
en = "Cidrerie Bleue pays Maison Tout"
[[terms.partners]]
name = "Cidrerie Bleue"
activity = { fr = "du cidre", en = "cider" }
consent = "news"
[[terms.processors]]
name = "Mailer Inc."
task = { fr = "l’envoi des messages", en = "sending the messages" }
country = "US"
transfer = { fr = "clauses contractuelles types", en = "standard contractual clauses" }
[terms.deposit]
officer = "Me Anne Martin, commissaire de justice"
address = "2 rue du Siam, 29200 Brest"
date = 2027-05-01
number = "PV 2027-17"
[[terms.filings]]
country = "US"
authority = "Florida Department of Agriculture"
date = 2027-04-02
number = "FL-99"
[series]
key = "douze"
place = 2
of = 12
reveal = "on-the-day"
title = { fr = "Douze jours", en = "Twelve days" }
[[clauses]]
id = "parking"
title = { fr = "Stationnement", en = "Parking" }
text = { fr = "Le retrait se fait au magasin.\\n\\nUn parking est gratuit.", en = "Prizes are picked up in the shop.\\n\\nParking is free." }
after = "delivery"
[[clauses]]
id = "film"
title = { fr = "Tournage", en = "Filming" }
text = { fr = "Une équipe filme la remise.", en = "A crew films the hand-over." }
[awards]
lapse = "proposed"
remind_days = 2
unpublish_days = 365
[[awards.documents]]
id = "age"
title = { fr = "une preuve d’âge", en = "proof of age" }
[[awards.documents]]
id = "home"
title = { fr = "une preuve de résidence", en = "proof of residence" }
prizes = ["bike"]

[comments]
channels = ["affiche"]
accounts = ["nous"]
gone = "kept"
unknown = "accepted"
retention_days = 70

[[comments.rules]]
kind = "comment-hashtag"
tags = ["velo", "bleu"]

[[comments.rules]]
kind = "comment-follow"
accounts = ["notre.marque"]
shown_by = "screen"

[[comments.rules]]
kind = "comment-mentions"
at_least = 2

[[comments.rules]]
kind = "comment-length"
at_least = 3
at_most = 99

[[comments.rules]]
kind = "comment-picture"

[[comments.rules]]
kind = "comment-place"
"""
PLATFORM = """platform = "instagram"
invites = ["follow", "like"]
post = { fr = "Publicité. Un vélo à gagner !", en = "Advertising. A bicycle to win!" }
[[channels]]
id = "chaine"
title = { fr = "Chaîne", en = "Channel" }
platform = "youtube"
[[channels]]
id = "affiche"
"""
REHEARSAL = '[draw]\nsource = "rehearsal"\n'


def _with_draw(draw: str) -> bytes:
    return (RICH[: RICH.index("[draw]")] + draw).encode()


def _with_terms() -> bytes:
    """The rich campaign with all that the law wants said of one that is not free."""
    mug = RICH.replace("quantity = 3\n", 'quantity = 3\nnature = "cash"\n')
    mug = mug.replace('id = "bike"\n', 'id = "bike"\nclaim = ["postal-address", "phone"]\n')
    return (mug.replace('[[channels]]\nid = "affiche"\n', PLATFORM) + TERMS).encode()


CAMPAIGNS: dict[str, Callable[[], bytes]] = {
    "example": EXAMPLE.read_bytes,
    "minimal": MINIMAL.encode,
    "rich": RICH.encode,
    "ceremony": lambda: _with_draw(CEREMONY),
    "rehearsal": lambda: _with_draw(REHEARSAL),
    "terms": _with_terms,
}


@pytest.fixture(params=CAMPAIGNS)
def campaign(request: pytest.FixtureRequest) -> Campaign:
    return parse(CAMPAIGNS[request.param](), "toml")


@pytest.fixture
def rich() -> Campaign:
    return parse(RICH.encode(), "toml")


@pytest.fixture
def minimal() -> Campaign:
    return parse(MINIMAL.encode(), "toml")


@pytest.fixture
def example() -> Campaign:
    return parse(EXAMPLE.read_bytes(), "toml")


@pytest.fixture
def by_source() -> dict[str, Campaign]:
    """The rich campaign under each source of chance."""
    return {
        "drand": parse(RICH.encode(), "toml"),
        "ceremony": parse(_with_draw(CEREMONY), "toml"),
        "rehearsal": parse(_with_draw(REHEARSAL), "toml"),
        "terms": parse(_with_terms(), "toml"),
    }


@pytest.fixture
def unsealed(rich: Campaign) -> Campaign:
    """The rich campaign as a draft: the right answer stands in it."""
    raw = msgspec.to_builtins(rich)
    for rule in raw["rules"]:
        if rule["kind"] == "closed-question":
            rule |= {"answers": ["deux-mille-vingt-sept"], "sealed": ""}
    return msgspec.convert(raw, Campaign)
