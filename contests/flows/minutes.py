"""Minutes: issue numbered minutes of a draw, annul them for a public reason. What was issued never changes.

The text and the PDF are made outside the lock, from one look at the journal; they are kept only if the journal
has not moved on since. Of two people who issue at once, one is asked to look again.
"""

import csv
import io
import platform
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256, sha512
from importlib.resources import files

import msgspec

import contests
from contests.audit.stamp import check_token
from contests.codec import canonical, instant
from contests.comment import SITES
from contests.draw.awards import Award
from contests.draw.pool import parse_pool
from contests.errors import Language, NotFound, Refused, StageRefused, Text
from contests.flows.act import in_words, note
from contests.flows.draw import decide_awards, recorded_source
from contests.flows.house import House, wrong_stage
from contests.flows.register import register
from contests.journal.checkpoint import parse_checkpoint
from contests.papers import html, pdf
from contests.papers.looked import Looked
from contests.papers.minutes import page_of, write_minutes
from contests.papers.minutes_facts import (
    After,
    Count,
    File,
    Intake,
    MinutesFacts,
    Replaced,
    Software,
    Stamp,
    Stated,
    Tally,
)
from contests.records import (
    CampaignAmended,
    CampaignPublished,
    MinutesAnnulled,
    MinutesIssued,
    encode,
    parse_record,
)
from contests.replay import State
from contests.store import campaigns, comments, draws, engaged, journals, minutes, stamps, views
from contests.store.campaigns import Standing
from contests.store.journals import Head
from contests.store.minutes import Recount
from contests.store.session import Tx
from contests.store.tables import DrawRow, MinutesRow

DRAWN = ("drawn", "settled", "void")
SPECIFICATIONS = ("contests/spec/journal", "contests/spec/draw", "contests/spec/bundle")


class Issue(msgspec.Struct, frozen=True):
    """Minutes as files: HTML and PDF by language, and the facts they were written from."""

    facts: MinutesFacts
    htmls: dict[Language, bytes]
    pdfs: dict[Language, bytes]


class _Fold:
    """One reading of the whole journal: the engine's own fold, and beside it what the minutes count."""

    def __init__(self, tx: Tx, campaign: str, head: Head) -> None:
        self.state, self.tally = State(), Tally()
        self.amended: list[CampaignAmended] = []
        self.after: list[After] = []
        for data in journals.each_record(tx, campaign, head.frontier.size):
            record = parse_record(data)
            self.state.apply(record)
            self.tally.add(record)
            if isinstance(record, CampaignAmended):
                self.amended.append(record)
            elif isinstance(record, After):
                self.after.append(record)


def preview(house: House, campaign: str, stated: Stated, now: datetime) -> MinutesFacts:
    """Return the facts of the minutes as they would be issued now, marked as a draft. Raises StageRefused, NotFound."""
    with house.store.read() as tx:
        return _facts(tx, house, campaign, journals.head(tx, campaign), stated, now, draft=True)


def issue(house: House, campaign: str, stated: Stated, *, staff_name: str, now: datetime) -> int:
    """Issue minutes under the next number and return it.

    Raises StageRefused before the draw, and when the journal moved on while the minutes were written.
    """
    with house.store.read() as tx:
        seen = journals.head(tx, campaign)
        now = seen.after(now)
        facts = _facts(tx, house, campaign, seen, stated, now, draft=False)
        stands = next((row.number for row in minutes.listed(tx, campaign) if row.annulled_at is None), 0)
    if stands:
        raise Refused(
            "minutes-stand",
            Text(fr=f"Un relevé à la fois était attendu : le n° {stands} est en vigueur.", en=f"One set of minutes at a time was expected: no. {stands} stands."),
            Text(fr="Annulez-le d’abord, avec un motif public, puis établissez le suivant.",
                 en="Annul it first, with a public reason, then issue the next."),
        )  # fmt: skip
    made = write(facts)
    with house.store.write() as tx:
        head = journals.lock(tx, campaign)
        if head.frontier.size != seen.frontier.size:
            raise _moved_on(seen.frontier.size, head.frontier.size)
        record = MinutesIssued(
            at=instant(now),
            campaign=campaign,
            number=facts.number,
            draw=facts.frozen.draw,
            papers={language: sha256(data).hexdigest() for language, data in made.htmls.items()},
            pdfs={language: sha256(data).hexdigest() for language, data in made.pdfs.items()},
        )
        appended = journals.append(tx, head, [("minutes.issued", encode(record))], now)
        minutes.add(tx, _rows(made, record, now))
        stamps.want(tx, campaign, [f"minutes-{facts.number}-{language}" for language in made.pdfs], now)
        note(tx, house, campaign, now, staff_name, "minutes", f"{facts.number}", place=appended.start)
        register(tx, house, campaign, appended.checkpoint, now)
    return facts.number


def annul(house: House, campaign: str, number: int, *, reason: str, staff_name: str, now: datetime) -> None:
    """Annul minutes that stand, for a public reason. Raises Refused, NotFound."""
    reason = in_words(reason, Text(fr="Un motif public était attendu.", en="A public reason was expected."), "reason")
    with house.store.write() as tx:
        head = journals.lock(tx, campaign)
        now = head.after(now)
        if not any(row.number == number and row.annulled_at is None for row in minutes.listed(tx, campaign)):
            raise _no_minutes(number)
        record = MinutesAnnulled(at=instant(now), campaign=campaign, number=number, reason=reason)
        appended = journals.append(tx, head, [("minutes.annulled", encode(record))], now)
        minutes.annul(tx, campaign, number, reason, now)
        note(tx, house, campaign, now, staff_name, "annul-minutes", f"{number}: {reason}", place=appended.start)
        register(tx, house, campaign, appended.checkpoint, now)


def write(facts: MinutesFacts) -> Issue:
    """Return the minutes as HTML and as PDF, in each language of the campaign."""
    documents = {language: write_minutes(facts, language) for language in facts.languages}
    author = facts.definition.organiser.name
    return Issue(
        facts,
        {language: html.render(document) for language, document in documents.items()},
        {
            language: pdf.render(document, page_of(facts, document), facts.issued_at, author)
            for language, document in documents.items()
        },
    )


def _rows(made: Issue, record: MinutesIssued, now: datetime) -> list[MinutesRow]:
    stated = canonical(made.facts.stated)
    return [
        MinutesRow(
            campaign=record.campaign,
            number=record.number,
            language=language,
            digest=record.papers[language],
            pdf_digest=record.pdfs[language],
            data=data,
            pdf=made.pdfs[language],
            stated=stated,
            issued_at=now,
        )
        for language, data in made.htmls.items()
    ]


def _facts(
    tx: Tx, house: House, campaign: str, head: Head, stated: Stated, now: datetime, *, draft: bool
) -> MinutesFacts:
    standing = campaigns.standing(tx, campaign)
    row = draws.get(tx, campaign)
    if standing.stage not in DRAWN or row is None or row.drawn_at is None:
        raise wrong_stage(standing.stage, *DRAWN[:2])
    fold = _Fold(tx, campaign, head)
    state = fold.state
    assert state.definition and state.published and state.closed and state.frozen and state.completed  # noqa: PT018
    intake = fold.tally.intake()
    freeze_checkpoint, _ = parse_checkpoint(row.checkpoint)
    return MinutesFacts(
        number=len(state.minutes) + 1,
        draft=draft,
        issued_at=now.replace(microsecond=0),
        site=house.url,
        campaign=campaign,
        definition=state.definition,
        definition_digest=state.definition_digest,
        version=len(state.papers),
        published=state.published,
        amended=tuple(fold.amended),
        closed=state.closed,
        postponed=tuple(state.postponed),
        frozen=state.frozen,
        freeze_size=freeze_checkpoint.size,
        freeze_root=freeze_checkpoint.root.hex(),
        completed=state.completed,
        source=recorded_source(row.source),
        after=tuple(fold.after),
        intake=intake,
        counts=counts(state, intake, minutes.recount(tx, campaign), views.kind_counts(tx, campaign), standing, row),
        ranking=tuple(
            Award(int(line["rank"]), line["number"], line["entrant"], line["prize"])
            for line in csv.DictReader(io.StringIO(row.ranking.decode()))
        ),
        files=_files(tx, campaign, fold.amended[-1] if fold.amended else state.published, row),
        checkpoint=head.checkpoint.decode(),
        vkey=head.vkey,
        software=Software(
            name="contests",
            version=contests.__version__,
            python=platform.python_version(),
            specifications=SPECIFICATIONS,
        ),
        stated=stated,
        replaced=_replaced(tx, campaign),
        stamps=_stamps(tx, campaign),
        looked=tuple(looked(tx, campaign)),
    )


def looked(tx: Tx, campaign: str) -> Iterator[Looked]:
    """Yield how complete the list of each post's comments was at the end."""
    for post in comments.posts(tx, campaign):
        last = comments.sweep(tx, post.id, post.sweep)
        if last is not None:
            yield Looked(
                channel=post.channel, site=SITES.get(post.site, post.site), at=last.ended_at or last.begun_at,
                sweeps=post.sweep, listed=last.listed, counted=last.counted, unread=last.unread,
                whole=last.whole or bool(last.digest), digest=last.digest,
            )  # fmt: skip
        for roll in engaged.rolls_of(tx, post.id):
            yield Looked(
                channel=post.channel, site=SITES.get(post.site, post.site), at=roll.ended_at or roll.begun_at, sweeps=1,
                listed=roll.listed, counted=None, unread=roll.unread, whole=roll.ended_at is not None, act=roll.act,
            )  # fmt: skip


def _stamps(tx: Tx, campaign: str) -> tuple[Stamp, ...]:
    """Return the time stamps that have come so far, each checked once more."""
    found = []
    for row in stamps.tokens(tx, campaign):
        if row.token:
            stamped = check_token(row.token, stamps.bytes_of(tx, campaign, row.what), row.roots)
            found.append(
                Stamp(what=row.what, authority=stamped.authority, at=stamped.at, token=sha256(row.token).hexdigest())
            )
    return tuple(found)


def _replaced(tx: Tx, campaign: str) -> tuple[Replaced, ...]:
    """Return the issues before this one; each has one row a language, all with the same times."""
    found = {row.number: row for row in minutes.listed(tx, campaign)}
    return tuple(
        Replaced(number=row.number, issued_at=row.issued_at, annulled_at=row.annulled_at, reason=row.reason)
        for _, row in sorted(found.items())
    )


_DATABASE = Text(fr="table des participations (SQL)", en="table of entries (SQL)")
_KINDS = Text(fr="types d’enregistrements (SQL)", en="kinds of records (SQL)")
_POOL = Text(fr="fichier pool.csv", en="file pool.csv")
_AGAIN = Text(fr="tirage refait depuis pool.csv", en="draw made again from pool.csv")


def counts(
    state: State, intake: Intake, recount: Recount, kinds: dict[str, int], standing: Standing, row: DrawRow
) -> tuple[Count, ...]:
    """Return every figure by two routes: the journal read again, and SQL, the published list or a second draw.

    Where entries were erased from the database after their time, that route is closed.
    """
    erased = recount.erased or not recount.entries
    pool = parse_pool(row.pool)
    entries, tickets = state.standing()
    seed, awards = decide_awards(standing, row, recorded_source(row.source))

    def database(figure: int) -> int | None:
        return None if erased else figure

    completed = state.completed
    assert completed is not None
    rows: list[tuple[Text, int | str, int | str | None, Text]] = [
        (Text(fr="Participations acceptées", en="Entries accepted"), intake.accepted, database(recount.entries), _DATABASE),
        *(
            (Text(fr="dont canal « {c} »", en="of which channel “{c}”").fill(c=each.id), each.entries,
             database(recount.channels.get(each.id, 0)), _DATABASE)
            for each in intake.channels
        ),
        (Text(fr="Enregistrements d’exclusion", en="Records of exclusion"), state.counts["excluded"], kinds.get("entry.excluded", 0), _KINDS),
        (Text(fr="Enregistrements de rétablissement", en="Records of reinstatement"), state.counts["reinstated"], kinds.get("entry.reinstated", 0), _KINDS),
        (Text(fr="Participations retirées", en="Entries withdrawn"), intake.withdrawn, database(recount.states.get("withdrawn", 0)), _DATABASE),
        (Text(fr="Participations exclues", en="Entries excluded"), intake.excluded, database(recount.states.get("excluded", 0)), _DATABASE),
        (Text(fr="Participations prenant part", en="Entries taking part"), entries, database(recount.states.get("accepted", 0)), _DATABASE),
        (Text(fr="Acceptées − retirées − exclues", en="Accepted − withdrawn − excluded"), intake.standing, database(recount.states.get("accepted", 0)), _DATABASE),
        (Text(fr="Participants", en="Entrants"), len(state.taking_part()), pool.size, _POOL),
        (Text(fr="Participants", en="Entrants"), len(state.taking_part()), database(recount.entrants), _DATABASE),
        (Text(fr="Chances", en="Tickets"), tickets, pool.total, _POOL),
        (Text(fr="Chances", en="Tickets"), tickets, database(recount.tickets), _DATABASE),
        (Text(fr="Graine (8 premiers chiffres)", en="Seed (first 8 digits)"), completed.seed[:8], seed[:8], _AGAIN),
        (Text(fr="Gagnants", en="Winners"), completed.winners, sum(bool(award.prize) for award in awards), _AGAIN),
        (Text(fr="Suppléants", en="Alternates"), completed.alternates, sum(not award.prize for award in awards), _AGAIN),
        (Text(fr="Rangs consécutifs", en="Consecutive ranks"), completed.winners + completed.alternates,
         awards[-1].rank if awards else 0, _AGAIN),
    ]  # fmt: skip
    return tuple(Count(what=what, first=first, second=second, by=by) for what, first, second, by in rows)


def _files(tx: Tx, campaign: str, defining: CampaignPublished | CampaignAmended, row: DrawRow) -> tuple[File, ...]:
    folder = f"draws/{row.draw}"
    named = [
        ("definition.json", canonical(defining.definition)),
        *((f"papers/rules-{paper.version}-{paper.language}.html", paper.data) for paper in views.papers(tx, campaign)),
        (f"{folder}/pool.csv", row.pool),
        (f"{folder}/checkpoint", row.checkpoint),
        (f"{folder}/ranking.csv", row.ranking),
        ("verify.py", (files("contests.audit") / "standalone.py").read_bytes()),
    ]
    return tuple(
        File(name=name, size=len(data), sha256=sha256(data).hexdigest(), sha512=sha512(data).hexdigest())
        for name, data in named
    )


def _moved_on(seen: int, found: int) -> StageRefused:
    return StageRefused(
        "journal-moved-on",
        Text(
            fr=f"Un journal de {seen} enregistrements était attendu : il a avancé pendant la rédaction.",
            en=f"A journal of {seen} records was expected: it moved on while the minutes were written.",
        ),
        Text(fr="Relisez ce qui s’est passé, puis établissez le relevé à nouveau.",
             en="Look at what happened, then issue the minutes again."),
        found=f"{found}",
    )  # fmt: skip


def _no_minutes(found: int) -> NotFound:
    return NotFound(
        "minutes-unknown",
        Text(fr="Un relevé établi et non annulé était attendu.", en="Minutes that stand were expected."),
        Text(fr="Rechargez la page.", en="Reload the page."),
        found=str(found),
    )
