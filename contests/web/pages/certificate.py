"""The draw's certificate for everybody: what is proved, what is not, and a picture for shared links."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from contests.audit.verdict import NOT_PROVED
from contests.dates import when
from contests.errors import Language, Text
from contests.flows import naming
from contests.papers.card import HEIGHT, WIDTH, Card, card_png
from contests.papers.qr import qr_address
from contests.store import draws, minutes, views
from contests.store.tables import DrawRow
from contests.web.desk import Desk, Place, desk
from contests.web.pages.entry import shown_stage
from contests.web.pages.live import exact
from contests.web.render import page, spaced
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
SHORT = "public, max-age=60"
MOST_WINNERS = 50

PROVED: dict[str, tuple[Text, ...]] = {
    "drand": (
        Text(fr="La liste des participants était définitive et publiée avant que le hasard n’existe.",
             en="The list of entrants was final and public before chance existed."),
        Text(fr="Le hasard vient d’une balise publique que personne ici ne maîtrise ; sa signature est vérifiable.",
             en="Chance comes from a public beacon that nobody here controls; its signature can be checked."),
        Text(fr="Gagnants et suppléants viennent d’un seul classement, que chacun peut recalculer.",
             en="Winners and alternates come from one ranking, which anyone can compute again."),
        Text(fr="Aucune participation reçue n’a disparu : le journal public les compte toutes.",
             en="No accepted entry has gone missing: the public journal counts them all."),
    ),
    "ceremony": (
        Text(fr="La liste des participants était définitive et publiée avant la cérémonie.",
             en="The list of entrants was final and public before the ceremony."),
        Text(fr="Gagnants et suppléants viennent d’un seul classement, calculé à partir des valeurs relevées devant témoin.",
             en="Winners and alternates come from one ranking, computed from the values read before a witness."),
        Text(fr="Aucune participation reçue n’a disparu : le journal public les compte toutes.",
             en="No accepted entry has gone missing: the public journal counts them all."),
    ),
    "rehearsal": (),
}  # fmt: skip
BY_HAND = Text(fr="Que les valeurs de la cérémonie ont été produites honnêtement : c’est l’affaire du témoin.",
               en="That the values of the ceremony were made honestly: that is the witness’s part.")  # fmt: skip

LEVEL: dict[str, tuple[Text, Text]] = {
    "drand": (
        Text(fr="Tirage par balise publique", en="Drawn with a public beacon"),
        Text(fr="Personne, pas même l’organisateur, ne peut choisir qui gagne.", en="Nobody, not even the organiser, can choose the winners."),
    ),
    "ceremony": (
        Text(fr="Tirage en cérémonie", en="Drawn in a ceremony"),
        Text(fr="Le hasard est produit devant un témoin, une fois la liste définitive.", en="Chance is made before a witness, after the list is final."),
    ),
    "rehearsal": (
        Text(fr="Répétition", en="Rehearsal"),
        Text(fr="Ce tirage est sans valeur et n’attribue aucun lot.", en="This draw is worth nothing and gives no prize."),
    ),
}  # fmt: skip
CHECK = Text(fr="Vérifiez ce tirage", en="Check this draw")
REHEARSAL = Text(fr="RÉPÉTITION", en="REHEARSAL")
PEOPLE = Text(fr="{count} participant{s}", en="{count} entrant{s}")
DRAWN = Text(fr="tiré le {when}", en="drawn on {when}")
WILL = Text(fr="tirage le {when}", en="draw on {when}")
VOID = Text(fr="opération annulée", en="contest voided")


def summary(place: Place, stage: str, row: DrawRow | None, language: Language) -> str:
    """Return the facts of the draw on one line."""
    zone = place.definition.timezone
    if stage == "void":
        return VOID(language)
    said = []
    if row:
        one = row.entrants == 1
        said.append(
            PEOPLE(
                language,
                count=f"{row.entrants:,}".replace(",", "\u202f" if language == "fr" else ","),
                s="" if one else "s",
            )
        )
    at = row.drawn_at if row and row.drawn_at else place.standing.draws_at
    said.append((DRAWN if row and row.drawn_at else WILL)(language, when=when(at, zone, language)))
    return " · ".join(said)


def card_of(own: Desk, place: Place, stage: str, row: DrawRow | None, language: Language) -> Card:
    """Return what the picture says."""
    definition = place.definition
    level, words = LEVEL[definition.draw.source]
    link = short_link(own, definition.slug)
    return Card(
        language=language,
        title=spaced(definition.say(definition.title, language), language),
        organiser=definition.organiser.name,
        source=definition.draw.source,
        level=level(language),
        words=words(language),
        facts=spaced(summary(place, stage, row, language), language),
        check=CHECK(language),
        link=link,
        short=f"{urlsplit(link).netloc}{urlsplit(link).path}",
        brand=definition.brand.colour,
        on_brand=definition.brand.on_colour,
        ghost=REHEARSAL(language) if definition.draw.source == "rehearsal" else "",
    )


def short_link(own: Desk, slug: str) -> str:
    """Return the address that fits into a comment."""
    return f"{own.house.url}/v/{slug}"


@get("/c/{slug:str}/certificate")
@threaded
def certificate(request: Web, slug: FromPath[str]) -> Response[str]:
    """The certificate."""
    own = desk(request)
    place = own.place(slug, fresh=True)
    language, stage = place.language(request), shown_stage(place, own.clock())
    with own.house.store.read() as tx:
        row = views.draw_head(tx, place.id)
        awards = draws.awards(tx, place.id)
        issued = minutes.listed(tx, place.id)
        names = naming.names(tx, place.standing, awards[:MOST_WINNERS], own.clock())
    zone, source = place.definition.timezone, place.definition.draw.source
    link = short_link(own, slug)
    return page(
        request, "campaign/certificate.html", language, cache_control=SHORT, place=place, campaign=place.definition,
        stage=stage, draw=row, minutes=issued, awards=awards[:MOST_WINNERS], more=max(0, len(awards) - MOST_WINNERS), names=names,
        drawn_at=exact(row.drawn_at, zone, language) if row and row.drawn_at else "", summary=summary(place, stage, row, language),
        proved=PROVED[source], not_proved=((BY_HAND,) if source == "ceremony" else ()) + NOT_PROVED, link=link,
        link_qr=qr_address(link), base=f"{own.house.url}/c/{slug}", width=WIDTH, height=HEIGHT, level=LEVEL[source],
    )  # fmt: skip


@get("/c/{slug:str}/certificate.png")
@threaded
def picture(request: Web, slug: FromPath[str]) -> Response[bytes]:
    """The picture of shared links."""
    own = desk(request)
    place = own.place(slug)
    with own.house.store.read() as tx:
        row = views.draw_head(tx, place.id)
    card = card_of(own, place, shown_stage(place, own.clock()), row, place.language(request))
    return Response(
        card_png(card),
        media_type="image/png",
        headers={"cache-control": "public, max-age=300", "vary": "Accept-Language"},
    )


@get("/v/{code:str}")
@threaded
def short(request: Web, code: FromPath[str]) -> Redirect:
    """The short address: the contest's own name."""
    place = desk(request).place(code)
    return Redirect(f"/c/{place.definition.slug}/certificate", status_code=303)


HANDLERS = [certificate, picture, short]
