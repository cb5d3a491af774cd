"""The minutes of the draw: filled in, looked at, issued and annulled in the legal room; read by anybody."""

import asyncio
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.campaign.definition import Campaign
from contests.errors import NotFound, Refused, Text
from contests.flows import minutes as issuing
from contests.papers.minutes_facts import Present, Stated
from contests.store import campaigns, minutes
from contests.store.tables import CampaignRow, MinutesRow
from contests.web.desk import Place, desk, row_of
from contests.web.guards import may, pressed, same_site, signed_in, staff_form, texts_of
from contests.web.pages.entry import shown_stage
from contests.web.pages.proofs import FOREVER, SHORT, article, paper_policy
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
MOST_PEOPLE = 20
LONGEST_LINE = 300
LONGEST_TEXT = 4000


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One field of the form: the name in `Stated`, the label, a help, and whether it must be filled in."""

    name: str
    label: Text
    hint: Text | None = None
    long: bool = False
    needed: bool = False


ASKED = (
    Asked(name="place", needed=True, label=Text(fr="Lieu du tirage, ou « en ligne »", en="Place of the draw, or “online”")),
    Asked(name="operator", needed=True, label=Text(fr="Responsable de l’opération : nom et qualité", en="Operator: name and capacity")),
    Asked(name="approver", label=Text(fr="Personne qui approuve le relevé : nom et qualité", en="Person who approves the minutes: name and capacity")),
    Asked(name="requester", label=Text(fr="Requérant de l’officier", en="Who requested the officer")),
    Asked(name="officer", label=Text(fr="Officier ou témoin présent : nom", en="Officer or witness present: name"),
          hint=Text(fr="Laissez vide s’il n’y en avait pas.", en="Leave empty if there was none.")),
    Asked(name="officer_office", label=Text(fr="Étude ou fonction de l’officier", en="The officer’s office or function")),
    Asked(name="officer_address", label=Text(fr="Adresse de l’officier", en="The officer’s address")),
    Asked(name="clock", long=True, needed=True, label=Text(fr="Contrôle de l’horloge", en="Check of the clock"),
          hint=Text(fr="À quoi l’heure du serveur a été comparée, quand, et l’écart trouvé.",
                    en="What the server’s time was compared with, when, and the difference found.")),
    Asked(name="incidents", long=True, needed=True, label=Text(fr="Incidents", en="Incidents"),
          hint=Text(fr="Chaque anomalie, ce qui a été fait, et la conclusion ; sinon « aucun ».",
                    en="Each anomaly, what was done, and the conclusion; otherwise “none”.")),
    Asked(name="independence", long=True, needed=True,
          label=Text(fr="Déclaration d’indépendance", en="Declaration of independence"),
          hint=Text(fr="Liens entre les personnes nommées et les participants ou les lots ; sinon « aucun lien ».",
                    en="Ties between the people named and the entrants or prizes; otherwise “no tie”.")),
    Asked(name="remarks", long=True, label=Text(fr="Remarques", en="Remarks")),
)  # fmt: skip
PERSON = (
    ("name", Text(fr="Nom", en="Name")),
    ("capacity", Text(fr="Qualité", en="Capacity")),
    ("came", Text(fr="Arrivée", en="In")),
    ("left", Text(fr="Départ", en="Out")),
)
_NEEDED = Text(fr="Remplissez ce champ.", en="Fill in this field.")
_LONG = Text(
    fr="Ce texte est trop long : {most} caractères au plus.", en="This text is too long: {most} characters at most."
)
_NAMELESS = Text(
    fr="Donnez le nom de cette personne, ou videz la ligne.", en="Give this person’s name, or empty the line."
)


class Form(msgspec.Struct, frozen=True):
    """What was typed, kept when it is refused: values by field, people by line, errors by field."""

    values: dict[str, str]
    people: tuple[dict[str, str], ...]
    errors: dict[str, Text]
    stated: Stated | None = None


def read_form(raw: dict[str, Any]) -> Form:
    """Read the form that was sent. `stated` is None where something is wrong."""
    values = {asked.name: _line(raw, asked.name) for asked in ASKED}
    people = tuple(
        person
        for n in range(MOST_PEOPLE)
        if any((person := {part: _line(raw, f"person-{n}-{part}") for part, _ in PERSON}).values())
    )
    errors = {}
    for asked in ASKED:
        most = LONGEST_TEXT if asked.long else LONGEST_LINE
        if asked.needed and not values[asked.name]:
            errors[asked.name] = _NEEDED
        elif len(values[asked.name]) > most:
            errors[asked.name] = _LONG.fill(most=most)
    for n, person in enumerate(people):
        if not person["name"]:
            errors[f"person-{n}-name"] = _NAMELESS
        for part, text in person.items():
            if len(text) > LONGEST_LINE:
                errors[f"person-{n}-{part}"] = _LONG.fill(most=LONGEST_LINE)
    if errors:
        return Form(values, people, errors)
    return Form(values, people, {}, Stated(**values, present=tuple(Present(**person) for person in people)))


def _line(raw: dict[str, Any], name: str) -> str:
    found = raw.get(name, "")
    return found.strip().replace("\r\n", "\n") if isinstance(found, str) else ""


def first_form(last: MinutesRow | None, definition: Campaign, operator: str) -> Form:
    """Return what the form holds at first: the last issue's statements, else what is known of the campaign."""
    if last is None:
        known = {"operator": operator, "officer": definition.draw.officer or "", "requester": definition.organiser.name}
        return Form({asked.name: known.get(asked.name, "") for asked in ASKED}, (), {})
    stated = msgspec.json.decode(last.stated, type=Stated)
    values = {asked.name: getattr(stated, asked.name) for asked in ASKED}
    people = tuple({part: getattr(person, part) for part, _ in PERSON} for person in stated.present)
    return Form(values, people, {})


def _room(
    request: Web, row: CampaignRow, form: Form | None = None, error: str = "", status: int = 200,
    typed: dict[str, str] | None = None,
) -> Response[str]:  # fmt: skip
    place = Place(campaigns.stand(row), row.digest)
    with desk(request).house.store.read() as tx:
        issued = minutes.listed(tx, row.id)
        last = minutes.get(tx, row.id, issued[-1].number, issued[-1].language) if issued else None
    if form is None:
        form = first_form(last, place.definition, request.scope["state"]["staff"].name)
    blank = dict.fromkeys((part for part, _ in PERSON), "")
    lines = min(max(len(form.people) + 2, 4), MOST_PEOPLE)
    labels = {asked.name: asked.label for asked in ASKED}
    labels |= {f"person-{n}-{part}": label for n in range(lines) for part, label in PERSON}
    return page(
        request, "staff/minutes.html", language_of(request), status=status, row=row, place=place,
        campaign=place.definition, stage=shown_stage(place, desk(request).clock()), error=error, form=form, asked=ASKED,
        parts=PERSON, labels=labels, typed=typed or {}, issued=issued, ready=row.stage in issuing.DRAWN,
        people=[*form.people, *([blank] * (lines - len(form.people)))],
    )  # fmt: skip


@get("/staff/c/{slug:str}/minutes", guards=[signed_in, may("minutes")])
@threaded
def minutes_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """The form, and every issue with its state."""
    return _room(request, row_of(request, slug))


@post("/staff/c/{slug:str}/minutes", guards=[same_site, signed_in, may("minutes")], status_code=303)
async def minutes_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Show a draft, issue, or annul."""
    raw, row = await staff_form(request), await asyncio.to_thread(row_of, request, slug)
    form = None
    try:
        do = pressed(raw, "issue", "annul", "preview", "preview-pdf")
        if do == "annul":
            await asyncio.to_thread(_annul, request, row, raw)
            return Redirect(f"/staff/c/{slug}/minutes", status_code=303)
        form = read_form(raw)
        if form.stated is None:
            return await asyncio.to_thread(_room, request, row, form, "", 422)
        if do.startswith("preview"):
            return await asyncio.to_thread(_draft, request, row, form.stated, do)
        await asyncio.to_thread(_issue, request, row, form.stated)
    except Refused as refused:
        said = refused.words(language_of(request))
        return await asyncio.to_thread(_room, request, row, form, said, 422, texts_of(raw))
    return Redirect(f"/staff/c/{slug}/minutes", status_code=303)


def _issue(request: Web, row: CampaignRow, stated: Stated) -> None:
    own = desk(request)
    issuing.issue(own.house, row.id, stated, staff_name=request.scope["state"]["staff"].name, now=own.clock())


def _annul(request: Web, row: CampaignRow, raw: dict[str, Any]) -> None:
    own, number = desk(request), str(raw.get("number", ""))
    issuing.annul(
        own.house, row.id, int(number) if number.isdecimal() and len(number) < 5 else 0,
        reason=str(raw.get("reason", "")), staff_name=request.scope["state"]["staff"].name, now=own.clock(),
    )  # fmt: skip


def _draft(request: Web, row: CampaignRow, stated: Stated, do: str) -> Response[bytes]:
    own = desk(request)
    facts = issuing.preview(own.house, row.id, stated, own.clock())
    language = language_of(request)
    wanted = language if language in facts.languages else facts.languages[0]
    made = issuing.write(facts)
    data, kind = (made.pdfs[wanted], "application/pdf") if do == "preview-pdf" else (made.htmls[wanted], "text/html")
    headers = {"cache-control": "no-store", "content-security-policy": paper_policy(data)}
    return Response(data, media_type=kind, headers=headers, status_code=200)


@get("/c/{slug:str}/minutes/{number:int}/{name:str}")
@threaded
def public_minutes(request: Web, slug: FromPath[str], number: FromPath[int], name: FromPath[str]) -> Response[Any]:
    """Minutes as issued: `fr` is a page, `fr.html` and `fr.pdf` are the very bytes that are in the journal."""
    place = desk(request).place(slug)
    language, _, kind = name.partition(".")
    with desk(request).house.store.read() as tx:
        found = minutes.get(tx, place.id, number, language)
    if found is None or kind not in {"", "html", "pdf"}:
        raise NotFound(
            "minutes-unknown",
            Text(fr="Un relevé établi était attendu.", en="Minutes that were issued were expected."),
            Text(fr="Voir la page des résultats.", en="See the results page."),
            found=f"{number}/{name}"[:80],
        )
    if not kind:
        return page(
            request, "campaign/minutes.html", "fr" if language == "fr" else "en", cache_control=SHORT, place=place,
            campaign=place.definition, minutes=found, article=article(found.data),
        )  # fmt: skip
    mark = "-annulled" if found.annulled_at else ""
    headers = {"cache-control": FOREVER, "content-security-policy": paper_policy(found.data)}
    if kind == "html":
        return Response(found.data, media_type="text/html", headers=headers)
    headers |= {
        # A file that was annulled says so in its name; its bytes stay what the journal has.
        "content-disposition": f'inline; filename="{slug}-minutes-{number}-{language}{mark}.pdf"',
        "cache-control": SHORT,
    }
    return Response(found.pdf, media_type="application/pdf", headers=headers)


HANDLERS = [minutes_page, minutes_form, public_minutes]
