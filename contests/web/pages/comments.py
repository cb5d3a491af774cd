"""Comments: the staff’s page of posts, files and what came of each comment; the public one tells whether mine counts."""

import asyncio
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.attention import KINDS, URGENT
from contests.campaign.definition import Campaign
from contests.comment import SITES
from contests.errors import NotFound, Refused, Text
from contests.flows import attend
from contests.flows import posts as steps
from contests.flows.import_comments import import_comments
from contests.flows.judge import SAYS
from contests.flows.sweep import last_moment, waited_for
from contests.journal.receipt import Receipt
from contests.rules.bonus import BONUSES, PREFIX, Engaged
from contests.sources.source import PRICES
from contests.store import attention, campaigns, engaged, entries, journals
from contests.store import comments as kept
from contests.store.comment_tables import AttentionRow, CommentRow, PostRow, RollRow, SweepRow
from contests.store.session import Tx
from contests.store.tables import CampaignRow, EntryRow
from contests.web.desk import desk, row_of
from contests.web.guards import may, pressed, same_site, signed_in, staff_form, texts_of, upload_of
from contests.web.limits import count_in
from contests.web.pages.entry import check_link, read_body, shown_stage
from contests.web.pages.room import room_page
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
PAGE = 50
UPLOAD = 64 * 1024 * 1024
FAULTS = {
    "token-refused": Text(fr="La plateforme n’accepte pas le jeton", en="The platform does not take the token"),
    "permission-missing": Text(fr="Il manque une autorisation au jeton", en="The token lacks a permission"),
    "post-gone": Text(fr="La publication n’est plus visible", en="The post cannot be seen any more"),
    "slow-down": Text(fr="La plateforme demande de ralentir", en="The platform asks us to slow down"),
    "quota-spent": Text(fr="Le quota du jour est épuisé", en="The quota of the day is spent"),
    "platform-down": Text(fr="La plateforme ne répond pas", en="The platform does not answer"),
    "answer-unreadable": Text(fr="La plateforme répond autre chose que ce qu’elle documente",
                              en="The platform answers something else than it documents"),
    "unforeseen": Text(fr="Une panne de notre côté", en="A fault on our side"),
    "vault-closed": Text(fr="La clé des jetons manque à cette installation", en="This installation lacks the key of the tokens"),
    "vault-key-changed": Text(fr="La clé des jetons a changé : collez le jeton à nouveau",
                              en="The key of the tokens has changed: paste the token again"),
}  # fmt: skip
NOTES = {
    "loops": Text(fr="Les pages de la plateforme tournaient en rond : ce relevé n’est pas complet.",
                  en="The platform’s pages went round in circles: this look is not whole."),
    "same-page-again": Text(fr="La plateforme a rendu deux fois la même page : il en manque peut-être.",
                            en="The platform gave the same page twice: some may be missing."),
    "cut-without-token": Text(fr="Sans jeton, ce serveur montre soixante réponses au plus : donnez-en un.",
                              en="Without a token this server shows sixty replies at most: give it one."),
    "cut-by-platform": Text(fr="La plateforme ne montre pas plus de réponses.", en="The platform shows no more replies."),
    "hidden-not-listed": Text(fr="Les réponses masquées n’ont pas pu être relevées.", en="Hidden replies could not be listed."),
    "older-by-mentions": Text(
        fr="La recherche ne remonte qu’à sept jours : les réponses plus anciennes viennent des mentions du compte, 800 au plus.",
        en="The search reaches back seven days only: earlier replies come from the account’s mentions, 800 at most.",
    ),
    "only-seven-days": Text(fr="La recherche ne remonte qu’à sept jours : les réponses plus anciennes manquent.",
                            en="The search reaches back seven days only: earlier replies are missing."),
    "cut-at-100": Text(fr="Exactement 100 lignes : les exports gratuits sont coupés là. Prenez l’export entier.",
                       en="Exactly 100 rows: free exports are cut there. Get the whole export."),
    "replies-missing": Text(fr="L’export ne contient pas toutes les réponses.", en="The export lacks some replies."),
    "no-comment-ids": Text(fr="Le fichier n’a pas d’identifiants de commentaires : un commentaire modifié en est un autre.",
                           en="The file has no ids of comments: an edited one is another one."),
    "no-account-ids": Text(fr="Le fichier ne connaît que des pseudos : chacun est une personne, et n’est rapproché de personne.",
                           en="The file only knows handles: each is a person, and is merged with nobody."),
    "names-only": Text(fr="Le fichier ne connaît que des noms affichés : deux homonymes comptent pour un.",
                       en="The file only knows display names: two people of one name count as one."),
    "no-times": Text(fr="Le fichier n’a pas d’heures : ouverture et clôture ne se vérifient pas d’après lui.",
                     en="The file has no times: opening and closing cannot be checked by it."),
    "no-zone": Text(fr="Les heures du fichier n’ont pas de fuseau : elles sont lues dans celui du jeu.",
                    en="The file’s times have no zone: they are read in the contest’s."),
    "day-or-month": Text(fr="Rien ne dit si le jour ou le mois vient d’abord : le jour est lu d’abord.",
                         en="Nothing tells whether the day or the month comes first: the day is read first."),
    "rounded-times": Text(fr="Les heures sont arrondies : avant ou après la clôture ne se dit pas à la minute.",
                          en="The times are rounded: before or after the closing cannot be told to the minute."),
    "days-only": Text(fr="Des dates n’ont pas d’heure : elles sont lues comme le début du jour.",
                      en="Some dates have no time: they are read as the start of the day."),
    "times-unread": Text(fr="Des heures sont illisibles.", en="Some times could not be read."),
    "rows-unread": Text(fr="Des lignes n’ont pas pu être lues et n’ont donné aucun commentaire.",
                        en="Some rows could not be read and gave no comment."),
    "mixed-encoding": Text(fr="Des lignes étaient dans un autre encodage ; elles ont été lues.",
                           en="Some rows were in another encoding; they were read all the same."),
}  # fmt: skip
ASKED = frozenset({"address", "price", "token", "file", "site", "threshold", "kinds", "alert", "hook"})
FILTERS = ("post", "channel", "state", "reason", "look", "tone", "day")
# Which of the replies to copy answers what was found, or else what came of the comment.
REPLY_OF = {"complaint": "doubt", "question": "in", "link": "impostor"}
REPLY_BY_STATE = {"accepted": "comment-taken", "declined": "comment-declined", "unknown": "comment-unknown"}
STATES = ("accepted", "declined", "unknown", "new", "gone")


ENGAGED = frozenset(f"{PREFIX}{kind}" for kind, bonus in BONUSES.items() if issubclass(bonus, Engaged))


class Listed(msgspec.Struct, frozen=True):
    """A post as the page shows it: its last sweep that ended, or the one under way."""

    post: PostRow
    sweep: SweepRow | None
    counts: dict[str, int]
    rolls: list[RollRow]


@get("/staff/c/{slug:str}/comments", guards=[signed_in, may("read")])
@threaded
def comments_page(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Posts, how complete their lists are, and the comments."""
    row = row_of(request, slug)
    return _page(request, row) if row.stage != "draft" else Redirect(f"/staff/c/{slug}")


def _page(
    request: Web, row: CampaignRow, refused: Refused | None = None, typed: dict[str, str] | None = None, did: str = ""
) -> Response[str]:
    query = request.query_params
    asked = {name: query.get(name, "")[:60] for name in FILTERS}
    number = max(int(query["page"]), 1) if query.get("page", "").isdecimal() and len(query["page"]) < 6 else 1
    now = desk(request).clock()
    with desk(request).house.store.read() as tx:
        standing = campaigns.stand(row)
        waits = waited_for(tx, standing, now)
        rows = kept.posts(tx, row.id)
        counts = kept.counts(tx, row.id)
        rolls = engaged.rolls(tx, row.id)
        listed = [_listed(tx, one, counts, rolls) for one in rows]
        start = (number - 1) * PAGE
        wanted = _wanted(asked, rows, standing.definition)
        found = kept.page(tx, row.id, wanted, start=start, most=PAGE + 1)
        looks = attention.of(tx, [one.number for one in found])
        waiting = attention.counts(tx, row.id)
        watch = attention.watch(tx, row.id)
    filters = {name: value for name, value in asked.items() if value}
    return room_page(
        request, row, "staff/comments.html", status=422 if refused else 200, listed=listed, found=found[:PAGE],
        more=len(found) > PAGE, number=number, filters=filters, kinds=KINDS, looks=looks, waiting=waiting, watch=watch,
        urgent=URGENT, reply_to=lambda one: _reply_to(one, looks.get(one.number, [])), prices=PRICES, refused=refused, typed=typed or {}, did=did, notes=NOTES, faults=FAULTS,
        error=refused.sentence(language_of(request)) if refused and refused.where not in ASKED else "", names=SITES,
        totals=_totals(counts), reasons=_reasons(counts), posts={one.id: one for one in rows}, says=SAYS, states=STATES,
        waits=waits, waits_until=last_moment(standing), now=now, vaulted=bool(request.app.state.platforms.vault.key),
    )  # fmt: skip


def _wanted(asked: dict[str, str], rows: Sequence[PostRow], definition: Campaign) -> kept.Wanted:
    """Return what an address asks for; what it gets wrong is left out."""
    posts = {asked["post"]} if asked["post"] else set()
    if asked["channel"]:
        posts = {one.id for one in rows if one.channel == asked["channel"]} or {"none"}
    since = until = None
    try:
        day = datetime.fromisoformat(f"{asked['day']}T00:00:00").replace(tzinfo=ZoneInfo(definition.timezone))
        since, until = day.astimezone(UTC), (day + timedelta(days=1)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return kept.Wanted(
        posts=tuple(posts),
        state=asked["state"] if asked["state"] in STATES else "",
        reason=asked["reason"],
        look=asked["look"] if asked["look"] in KINDS else "",
        tone={"1": 1, "-1": -1}.get(asked["tone"]),
        since=since,
        until=until,
    )


def _reply_to(row: CommentRow, looks: Sequence[AttentionRow]) -> str:
    """Return the name of a reply that answers a comment; empty where none is called for."""
    found = [REPLY_OF.get(look.kind, "") for look in looks if not look.seen]
    if row.gone_at is not None or (not found and row.state not in {"declined", "unknown"}):
        return ""
    return next(filter(None, found), REPLY_BY_STATE.get(row.state, ""))


def _listed(tx: Tx, row: PostRow, counts: list[tuple[str, str, str, bool, int]], rolls: Sequence[RollRow]) -> Listed:
    own = [one for one in counts if one[0] == row.id]
    mine = [roll for roll in rolls if roll.post == row.id]
    return Listed(row, kept.sweep(tx, row.id, row.sweep), _totals(own), mine)


def _totals(counts: list[tuple[str, str, str, bool, int]]) -> dict[str, int]:
    """Return the comments by state; one that is gone is that alone."""
    found = dict.fromkeys(STATES, 0)
    for _, state, _, gone, number in counts:
        found["gone" if gone else state] += number
    return found


def _reasons(counts: list[tuple[str, str, str, bool, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for _, state, reason, gone, number in counts:
        if reason and not gone and state in {"declined", "unknown"}:
            found[reason] = found.get(reason, 0) + number
    return dict(sorted(found.items(), key=lambda one: -one[1]))


@post("/staff/c/{slug:str}/comments", guards=[same_site, signed_in, may("moderate")], status_code=303,
      request_max_body_size=UPLOAD)  # fmt: skip
async def comments_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Add a post, import a file, pause, take up again, finish or give a token, by the button that was pressed."""
    form = await staff_form(request)
    return await asyncio.to_thread(_step, request, slug, form)


def _step(request: Web, slug: str, form: dict[str, Any]) -> Response[Any]:
    own, row, typed = desk(request), row_of(request, slug), texts_of(form)
    by: dict[str, Any] = {"staff_name": request.scope["state"]["staff"].name, "now": own.clock()}
    platforms, identity = request.app.state.platforms, typed.get("post", "")
    try:
        do = pressed(form, "add", "token", "import", "seen", "watch", "pause", "resume", "finish")
        if do == "add":
            steps.add_post(
                own.house, platforms, row.id, channel=typed.get("channel", ""), address=typed.get("address", ""),
                token=typed.get("token", ""), priced=bool(typed.get("priced")), **by,
            )  # fmt: skip
        elif do == "token":
            steps.set_token(own.house, platforms, row.id, identity, token=typed.get("token", ""), **by)
        elif do == "import":
            name, data = upload_of(form, "file")
            told = import_comments(
                own.house,
                row.id,
                io.BytesIO(data),
                name,
                channel=typed.get("channel", ""),
                site=typed.get("site", ""),
                **by,
            )
            return _page(request, row, did=told.sentence(request.scope["state"]["staff"].language))
        elif do == "seen":
            number = typed.get("comment", "")
            if number.isdecimal() and len(number) < 19:
                attend.deal_with(own.house, row.id, int(number), **by)
            back = typed.get("back", "")
            return Redirect(f"/staff/c/{slug}/comments?{urlencode(dict(parse_qsl(back)))}#list", status_code=303)
        elif do == "watch":
            kinds = [kind for kind in KINDS if typed.get(f"kind-{kind}")]
            attend.set_watch(
                own.house, row.id, threshold=typed.get("threshold", ""), kinds=kinds, email=typed.get("alert", ""),
                hook=typed.get("hook", ""), **by,
            )  # fmt: skip
            return Redirect(f"/staff/c/{slug}/comments#watch", status_code=303)
        elif do in {"pause", "resume", "finish"}:
            {"pause": steps.pause, "resume": steps.resume, "finish": steps.finish}[do](
                own.house, row.id, identity, **by
            )
    except NotFound:
        raise
    except Refused as refused:
        # A token that was typed is not sent back.
        return _page(request, row, refused, {name: value for name, value in typed.items() if name != "token"})
    return Redirect(f"/staff/c/{slug}/comments", status_code=303)


class Answered(msgspec.Struct, frozen=True):
    """One comment of whoever asks: why it counts or not, its tickets, where it stands in the journal."""

    comment: CommentRow
    post: PostRow
    why: Text | None
    tickets: int
    total: int
    place: int | None
    check: str
    fate: str


@get("/c/{slug:str}/comments")
@threaded
def ask_page(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Tell whether a comment counts."""
    return _ask(request, slug, None)


@post("/c/{slug:str}/comments", status_code=200)
async def ask_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Answer for a handle; it travels in the body, so that no address holds it."""
    count_in(request)
    raw, _ = await read_body(request)
    return await asyncio.to_thread(_ask, request, slug, raw.get("handle", "")[:320])


def _ask(request: Web, slug: str, typed: str | None) -> Response[Any]:
    own = desk(request)
    place = own.place(slug)
    definition = place.definition
    if definition.commented is None:
        raise NotFound("comments-undeclared", Text(fr="Un jeu qui se joue aussi en commentaires était attendu.",
                                                   en="A contest that takes comments was expected."),
                       Text(fr="Participez sur la page du jeu.", en="Enter on the contest’s page."))  # fmt: skip
    answers = _answers(request, place.id, definition, typed) if typed else []
    return page(
        request, "campaign/comments.html", place.language(request), place=place, campaign=definition,
        stage=shown_stage(place, own.clock()), typed=typed, answers=answers, names=SITES, base_url=own.house.url, cache_control="no-store",
    )  # fmt: skip


def _answers(request: Web, campaign: str, definition: Campaign, typed: str) -> list[Answered]:
    handle = typed.strip().lstrip("@＠").casefold().replace("\x00", "")
    own = desk(request)
    with own.house.store.read() as tx:
        rows = kept.by_handle(tx, campaign, handle) if handle else []
        posts = {one.id: one for one in kept.posts(tx, campaign)}
        people = {row.entrant for row in rows if row.entrant}
        own_entries = {one: entries.of_entrant(tx, one) for one in people}
        mine = {entry.id: entry for found in own_entries.values() for entry in found}
        # What this name entered with, and what it got for it: of a page entry of the same person nobody is told.
        said = {row.entry for row in rows}
        total = {
            one: sum(e.tickets for e in found if e.state == "accepted" and (e.id in said or e.channel in ENGAGED))
            for one, found in own_entries.items()
        }
        receipts = {
            row.entry: journals.receipt(tx, campaign, place)
            for row in rows if row.entry in mine and (place := mine[row.entry].place) is not None
        }  # fmt: skip
    base = f"{own.house.url}/c/{definition.slug}"
    return [
        _answered(row, posts[row.post], mine.get(row.entry), receipts.get(row.entry), base, total.get(row.entrant, 0))
        for row in rows
    ]


def _answered(
    row: CommentRow, post: PostRow, entry: EntryRow | None, receipt: Receipt | None, base: str, total: int
) -> Answered:  # fmt: skip
    evidence = msgspec.json.decode(row.evidence, type=dict[str, str | int]) if row.evidence else {}
    why = SAYS[row.reason].fill(**evidence) if row.reason in SAYS else None
    check = check_link(base, receipt) if receipt else ""
    fate = entry.state if entry and entry.state != "accepted" else ""
    return Answered(row, post, why, entry.tickets if entry else 0, total, entry.place if entry else None, check, fate)


HANDLERS = [comments_page, comments_form, ask_page, ask_form]
