"""Amend: a published definition changes, by a numbered and reasoned record, or not at all (legal C2).

A working copy of the text is edited like a draft. What hurts entrants waits for a release; what entries or the draw
rest on is refused. Publishing is one transaction behind the campaign's lock: an entry is either before it, under the
version it accepted, or after it, and then the door asks for the new version.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from contests.campaign.amendment import (
    LONGEST_REASON,
    SHORTEST_REASON,
    Amended,
    Change,
    against,
    amendment,
    fixed,
    reason_line,
    release_of,
)
from contests.campaign.definition import Campaign
from contests.campaign.lint import blocks, lint
from contests.campaign.lint.remark import Remark
from contests.campaign.parse import parse
from contests.codec import canonical, digest, instant, parse_json
from contests.errors import Changed, Language, NotFound, Refused, StageRefused, Text
from contests.flows import act
from contests.flows.drafting import mark_of
from contests.flows.house import House, need_second_person, wrong_stage
from contests.flows.publish import (
    blocked,
    drawn_anew,
    form_of_draft,
    missing_pictures,
    paper_rows,
    papers_of,
    unacknowledged,
    unacknowledged_refusal,
)
from contests.flows.register import register
from contests.papers.amended import history
from contests.records import CampaignAmended, encode
from contests.rules.closed_question import ClosedQuestion
from contests.store import amendments, campaigns, comments, journals, personal, stamps, views
from contests.store.session import Tx
from contests.store.tables import AmendmentRow, CampaignRow

Reasons = dict[Language, str]
_reasons = msgspec.json.Decoder(Reasons)


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment as it stands: what would change, what it means, what the linter says, what is still missing."""

    number: int
    mark: str
    before: Campaign
    after: Campaign
    changes: tuple[Change, ...]
    remarks: tuple[Remark, ...]
    waiting: tuple[Remark, ...]
    reasons: Reasons
    release: str
    released: bool
    history: tuple[Amended, ...]

    @property
    def against(self) -> tuple[Change, ...]:
        """The changes that somebody has to release."""
        return against(self.changes)

    @property
    def fixed(self) -> tuple[Change, ...]:
        """The changes that nobody can make."""
        return fixed(self.changes)

    @property
    def ready(self) -> bool:
        """Whether all that is missing is the reason."""
        return bool(self.changes) and not (
            self.fixed or blocks(self.remarks) or self.waiting or (self.against and not self.released)
        )


def begin(house: House, campaign: str, staff_name: str, now: datetime) -> None:
    """Begin a working copy of the definition in force; where there is one, nothing happens. Raises StageRefused."""
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        row = campaigns.row(tx, campaign)
        may_change(row, now)
        if amendments.working(tx, campaign) is None:
            amendments.add(
                tx,
                AmendmentRow(
                    campaign=campaign, version=row.version + 1, draft=_text_in_force(tx, row),
                    draft_form=_form_in_force(tx, row), begun_by=staff_name, edited_by=staff_name, edited_at=now,
                ),
            )  # fmt: skip


def may_change(row: CampaignRow, now: datetime) -> None:
    """Raise StageRefused where rules may change no more: after the closing, by the clock or by the worker."""
    if row.stage != "open":
        raise wrong_stage(row.stage, "open")
    if row.closes_at is not None and now >= row.closes_at:
        raise StageRefused(
            "amendment-late",
            Text(fr="Un jeu encore ouvert était attendu : aucun avenant n’est fait après la clôture.",
                 en="A contest still open was expected: no amendment is made after the closing."),
            Text(fr="Si le jeu ne peut pas continuer, annulez-le avec un motif public.",
                 en="If the contest cannot go on, void it for a public reason."),
        )  # fmt: skip


def _text_in_force(tx: Tx, row: CampaignRow) -> str:
    return row.draft if _draft_is_in_force(tx, row) else row.definition.decode()


def _form_in_force(tx: Tx, row: CampaignRow) -> str:
    return row.draft_form if _draft_is_in_force(tx, row) else "json"


def _draft_is_in_force(tx: Tx, row: CampaignRow) -> bool:
    """Say whether the text that was published, with its comments, still says what is in force to this program."""
    try:
        return _sealed(tx, row.id, parse(row.draft.encode(), form_of_draft(row.draft_form))).bytes() == row.definition
    except Refused:
        return False


def _sealed(tx: Tx, campaign: str, definition: Campaign) -> Campaign:
    """Put the seal of publication in the place of the right answers that it was made of; others stay in clear."""
    question = definition.rule(ClosedQuestion)
    if not isinstance(question, ClosedQuestion) or not question.answers:
        return definition
    known = campaigns.sealed_answers(tx, campaign).items()
    sealed = next((sealed for sealed, (_, answers) in known if answers == question.answers), "")
    if not sealed:
        return definition
    closed = msgspec.structs.replace(question, answers=(), sealed=sealed)
    rules = tuple(closed if rule is question else rule for rule in definition.rules)
    return msgspec.structs.replace(definition, rules=rules)


def add_picture(house: House, campaign: str, name: str, data: bytes, now: datetime) -> None:
    """Keep a picture that the working copy names and nobody has uploaded; none that is shown already is replaced.

    Raises Refused for any other name, and as for a draft's picture; StageRefused after the closing.
    """
    media, made = drawn_anew(name, data)
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        row = campaigns.row(tx, campaign)
        may_change(row, now)
        after = _written(tx, row, working(tx, campaign))
        missing = missing_pictures(after, views.media_names(tx, campaign))
        if name not in missing:
            names = ", ".join(missing) or "–"
            raise Refused(
                "picture-elsewhere",
                Text(fr=f"Une image que l’avenant nomme et qui manque encore était attendue : {names}.",
                     en=f"A picture that the amendment names and that is still missing was expected: {names}."),
                Text(fr="Une image déjà montrée ne change pas : donnez à la nouvelle un autre nom, et ce nom dans l’avenant.",
                     en="A picture that is shown does not change: give the new one another name, and that name in the "
                        "amendment."),
                found=name[:80],
            )  # fmt: skip
        campaigns.put_media(tx, campaign, name, media, made)


def discard(house: House, campaign: str) -> None:
    """Throw the working copy away."""
    with house.store.write() as tx:
        amendments.drop(tx, campaign)


def review(tx: Tx, campaign: str, now: datetime) -> Review:
    """Return the amendment that is being prepared. Raises NotFound when there is none."""
    return review_of(tx, campaigns.row(tx, campaign), working(tx, campaign), now)


def prepared(tx: Tx, rows: Iterable[CampaignRow], now: datetime) -> list[tuple[CampaignRow, bool]]:
    """Return which of `rows` have an amendment against entrants in preparation, and whether it is released already."""
    running = {row.id: row for row in rows if row.stage == "open"}
    found = []
    for copy in amendments.prepared(tx, running):
        row = running[copy.campaign]
        changes = _changes(tx, row, _written(tx, row, copy), now)
        if against(changes):
            found.append((row, copy.released == release_of(changes, copy.version)))
    return found


def working(tx: Tx, campaign: str) -> AmendmentRow:
    """Return the working copy. Raises NotFound."""
    found = amendments.working(tx, campaign)
    if found is None:
        raise NotFound(
            "amendment-unknown",
            Text(fr="Un avenant en préparation était attendu.", en="An amendment in preparation was expected."),
            Text(fr="Commencez-en un depuis la page de la campagne.", en="Begin one from the campaign’s page."),
        )
    return found


def _written(tx: Tx, row: CampaignRow, copy: AmendmentRow) -> Campaign:
    return _sealed(tx, row.id, parse(copy.draft.encode(), form_of_draft(copy.draft_form)))


def _changes(tx: Tx, row: CampaignRow, after: Campaign, now: datetime) -> tuple[Change, ...]:
    before = campaigns.read_definition(row.definition)
    return amendment(before, after, now, entered=amendments.has_entries(tx, row.id))


def review_of(tx: Tx, row: CampaignRow, working: AmendmentRow, now: datetime) -> Review:
    """Return what a working copy would change, what that means, and what is still missing."""
    before, after = campaigns.read_definition(row.definition), _written(tx, row, working)
    changes = _changes(tx, row, after, now)
    # That the opening is past is news before a publication only.
    passed = "opens-in-the-past" if before.opens_at == after.opens_at else ""
    remarks = tuple(remark for remark in lint(after, now) if remark.code != passed)
    release = release_of(changes, working.version)
    return Review(
        number=working.version - 1, mark=mark_of(working), before=before, after=after, changes=changes, remarks=remarks,
        waiting=unacknowledged(tx, row.id, remarks), reasons=_reasons.decode(working.reasons), release=release,
        released=working.released == release, history=amendments_of(tx, row.id),
    )  # fmt: skip


def amendments_of(tx: Tx, campaign: str) -> tuple[Amended, ...]:
    """Return the amendments in force, from the journal."""
    return history(personal.definitions(tx, campaign))


def release(house: House, campaign: str, seen: str, *, reason: str, staff_name: str, now: datetime) -> None:
    """Let the changes against entrants through, exactly as `seen`, for a reason that is kept. Raises Refused."""
    reason = reason.strip()
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        row, copy = campaigns.row(tx, campaign), working(tx, campaign)
        may_change(row, now)
        found = review_of(tx, row, copy, now)
        if found.release != seen or not found.against:
            raise _moved("release")
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise _reason_needed("release_reason")
        amendments.write(tx, copy, released=seen, released_by=staff_name, released_at=now, release_reason=reason)
        act.note(tx, house, campaign, now, staff_name, "release", f"{found.number}: {reason}")


def publish(house: House, campaign: str, reasons: Reasons, mark: str, *, staff_name: str, now: datetime) -> Campaign:
    """Put the amendment in force. Raises Refused with all that stands against it, StageRefused after the closing."""
    need_second_person(house, "amend")
    with house.store.write() as tx:
        head = journals.lock(tx, campaign)
        now = head.after(now)
        row, copy = campaigns.row(tx, campaign), working(tx, campaign)
        may_change(row, now)
        found = review_of(tx, row, copy, now)
        _check(found, mark)
        after, version = found.after, copy.version
        reason = reason_line(_checked(reasons, after), after.languages)
        own = Amended(
            number=found.number, at=now.replace(microsecond=0), reason=reason, before=found.before, after=after
        )
        papers = papers_of(after, version, (*found.history, own))
        record = CampaignAmended(
            at=instant(now), campaign=campaign, number=version, reason=reason, definition=parse_json(after.bytes()),
            papers={language: digest(data) for language, data in papers.items()},
        )  # fmt: skip
        appended = journals.append(tx, head, [("campaign.amended", encode(record))], now)
        campaigns.add_papers(tx, paper_rows(campaign, version, papers))
        campaigns.move(
            tx, campaign, definition=after.bytes(), digest=after.digest(), version=version, opens_at=after.opens_at,
            closes_at=after.closes_at, freezes_at=after.freezes_at, draws_at=after.draws_at, draft=copy.draft,
            draft_form=copy.draft_form, edited_by=copy.edited_by, edited_at=copy.edited_at,
        )  # fmt: skip
        if after.comments != found.before.comments:
            comments.rejudge(tx, campaign)
        amendments.write(tx, copy, published_at=now, reasons=canonical(reasons))
        let_through = f"\n{copy.released_by}: {copy.release_reason}" if found.against else ""
        act.note(tx, house, campaign, now, staff_name, "amend", f"{reason}{let_through}", place=appended.start)
        stamps.want(tx, campaign, [f"rules-{version}-{language}" for language in papers], now)
        register(tx, house, campaign, appended.checkpoint, now)
        return after


def _check(found: Review, mark: str) -> None:
    """Raise Refused for whatever stands against an amendment."""
    if mark != found.mark:
        raise _moved("mark")
    if not found.changes:
        raise Refused(
            "amendment-empty",
            Text(fr="Au moins un changement était attendu.", en="At least one change was expected."),
            Text(
                fr="Changez la définition, ou abandonnez l’avenant.",
                en="Change the definition, or give the amendment up.",
            ),
        )
    if found.fixed:
        raise Refused(
            "amendment-fixed",
            Text(fr=" ".join(f"{c.difference.path} : {c.why.fr}" for c in found.fixed),
                 en=" ".join(f"{c.difference.path}: {c.why.en}" for c in found.fixed)),
            Text(fr="Remettez ce qui était publié.", en="Put back what was published."),
        )  # fmt: skip
    if blocks(found.remarks):
        raise blocked(found.remarks)
    if found.waiting:
        raise unacknowledged_refusal(found.waiting)
    if found.against and not found.released:
        raise Refused(
            "amendment-unreleased",
            Text(fr="L’accord du service juridique était attendu : cet avenant peut désavantager qui participe déjà.",
                 en="The legal department’s release was expected: this amendment may disadvantage those who have entered."),
            Text(fr="Demandez-le, ou retirez ces changements.", en="Ask for it, or take these changes out."),
        )  # fmt: skip


def _checked(reasons: Reasons, definition: Campaign) -> Reasons:
    """Return the reasons in the languages of the definition. Raises Refused for one that is missing or too long."""
    for language in definition.languages:
        if not SHORTEST_REASON <= len(reasons.get(language, "").strip()) <= LONGEST_REASON:
            raise _reason_needed(f"reason_{language}")
    return {language: reasons[language] for language in definition.languages}


def _reason_needed(where: str) -> Refused:
    return Refused(
        "reason-needed",
        Text(fr=f"Un motif de {SHORTEST_REASON} à {LONGEST_REASON} caractères était attendu.",
             en=f"A reason of {SHORTEST_REASON} to {LONGEST_REASON} characters was expected."),
        Text(fr="Dites pourquoi, en une phrase ou deux.", en="Say why, in a sentence or two."),
        where=where,
    )  # fmt: skip


def _moved(where: str) -> Changed:
    return Changed(
        "amendment-changed",
        Text(fr="L’avenant tel que vous l’avez lu était attendu : il a changé depuis.",
             en="The amendment as you read it was expected: it has changed since."),
        Text(fr="Relisez-le ci-dessous.", en="Read it again below."),
        where=where,
    )  # fmt: skip
