"""Exclude, reinstate, withdraw: before the freeze only, with clause, reason and evidence (legal C5)."""

from datetime import datetime

from contests.codec import instant, minute
from contests.errors import NotFound, Refused, StageRefused, Text
from contests.flows import act
from contests.flows.house import House, entry_token_digest, need_second_person, wrong_stage
from contests.flows.register import register
from contests.papers.clauses import CLAUSES
from contests.papers.rules_text import clause_number
from contests.records import CampaignVoided, EntryExcluded, EntryReinstated, EntryWithdrawn, encode
from contests.store import campaigns, decisions, engaged, entries, journals
from contests.store.campaigns import Standing
from contests.store.session import Tx
from contests.store.tables import DecisionRow, EntryRow

BEFORE_FREEZE = ("open", "closed")
LARGEST_EVIDENCE = 5 * 1024 * 1024
LONGEST_NOTE = 2000


def need_open_list(standing: Standing, now: datetime) -> None:
    """Raise StageRefused once the list is frozen, and while the last comments come in.

    Their records bear times before the closing, and a journal's times never go back.
    """
    if standing.stage not in BEFORE_FREEZE:
        raise wrong_stage(standing.stage, *BEFORE_FREEZE)
    definition = standing.definition
    if standing.stage == "open" and definition.commented is not None and now >= definition.closes_at:
        raise StageRefused(
            "closing",
            Text(fr="La fin du dernier relevé des commentaires était attendue : le jeu est en train de fermer.",
                 en="The end of the last look at the comments was expected: the contest is closing."),
            Text(fr="Réessayez dans quelques minutes, avant le gel de la liste.",
                 en="Try again in a few minutes, before the list is frozen."),
        )  # fmt: skip


def exclude(
    house: House,
    campaign: str,
    *entrants: str,
    reason: str,
    note: str,
    evidence: tuple[str, bytes],
    staff_name: str,
    now: datetime,
) -> int:
    """Exclude every standing entry of some entrants in one act; return how many entries.

    Raises Refused, StageRefused, NotFound where none of them has one.
    """
    need_second_person(house, "exclude")
    note = _check(reason, note, evidence)
    with house.store.write() as tx:
        head = journals.lock(tx, campaign)
        now = head.after(now)
        standing = campaigns.standing(tx, campaign)
        need_open_list(standing, now)
        rows = entries.of_entrants(tx, campaign, entrants, "accepted")
        if not rows:
            raise _nobody(entrants[0] if entrants else "")
        clause = clause_number(standing.definition, standing.definition.languages[0], reason)
        records = [
            EntryExcluded(
                at=minute(now), campaign=campaign, entry=row.id, entrant=row.entrant or "", reason=reason, clause=clause
            )
            for row in rows
        ]
        appended = journals.append(tx, head, [("entry.excluded", encode(record)) for record in records], now)
        entries.move(tx, [row.number for row in rows], "excluded")
        people = list(dict.fromkeys(row.entrant for row in rows))
        more = f" (+{len(people) - 1})" if len(people) > 1 else ""
        said = f"{people[0]}{more}: {note}"
        act.note(tx, house, campaign, now, staff_name, "exclude", said, place=appended.start, evidence=evidence)
        decisions.add(
            tx,
            DecisionRow(
                id=house.chance(16).hex(), campaign=campaign, verb="exclude", staff=staff_name, at=now,
                people=len(people), place=appended.start, entries=len(rows),
            ),
        )  # fmt: skip
        return len(rows)


def _check(reason: str, note: str, evidence: tuple[str, bytes]) -> str:
    """Return the facts; require a clause, and evidence that can be kept."""
    if reason not in CLAUSES:
        raise _needed(
            "reason", Text(fr="Un motif de la liste était attendu.", en="A reason from the list was expected."), reason
        )
    if len(evidence[1]) > LARGEST_EVIDENCE:
        raise _needed(
            "evidence",
            Text(fr="Une pièce d’au plus 5 Mio était attendue.", en="A file of at most 5 MiB was expected."),
            evidence[0],
        )
    return act.in_words(note, _FACTS)


_FACTS = Text(fr="Les faits en une phrase étaient attendus.", en="The facts in a sentence were expected.")


def reinstate(house: House, campaign: str, entrant: str, *, note: str, staff_name: str, now: datetime) -> int:
    """Take the exclusion of an entrant back; return how many entries stand again. Raises Refused without a word why."""
    note = act.in_words(note, _FACTS)
    with house.store.write() as tx:
        head = journals.lock(tx, campaign)
        now = head.after(now)
        need_open_list(campaigns.standing(tx, campaign), now)
        rows = _of_entrant(tx, campaign, entrant, "excluded")
        records = [EntryReinstated(at=minute(now), campaign=campaign, entry=row.id, entrant=entrant) for row in rows]
        appended = journals.append(tx, head, [("entry.reinstated", encode(record)) for record in records], now)
        for row in rows:
            entries.write_entry(tx, row.number, {"state": "accepted"})
        said = f"{entrant}: {note}"
        act.note(tx, house, campaign, now, staff_name, "reinstate", said, place=appended.start)
        return len(rows)


def withdraw(house: House, campaign: str, token: str, now: datetime) -> int:
    """Take an entrant out at their own wish, by a receipt's link; return how many entries were withdrawn."""
    with house.store.write() as tx:
        head = journals.lock(tx, campaign)
        now = head.after(now)
        standing = campaigns.standing(tx, campaign)
        row = entries.by_token(tx, entry_token_digest(token))
        if row is None or row.campaign != campaign or row.entrant is None:
            raise _nobody(token[:8])
        own = [each for each in entries.of_entrant(tx, row.entrant) if each.campaign == campaign]
        if own and all(each.state == "withdrawn" for each in own):
            return 0  # a button pressed twice
        need_open_list(standing, now)
        rows = _of_entrant(tx, campaign, row.entrant, "accepted")
        records = [EntryWithdrawn(at=minute(now), campaign=campaign, entry=r.id, entrant=row.entrant) for r in rows]
        journals.append(tx, head, [("entry.withdrawn", encode(record)) for record in records], now)
        for found in rows:
            entries.write_entry(tx, found.number, {"state": "withdrawn"})
        return len(rows)


_VOIDABLE = ("open", "closed", "frozen", "drawn")


def void(house: House, campaign: str, *, reason: str, staff_name: str, now: datetime) -> None:
    """End a campaign without a result, for a public reason."""
    expected = Text(fr="Un motif public était attendu.", en="A public reason was expected.")
    reason = act.in_words(reason, expected, "reason")
    with house.store.write() as tx:
        if campaigns.row(tx, campaign).stage == "draft":  # it has no journal yet
            raise wrong_stage("draft", *_VOIDABLE)
        head = journals.lock(tx, campaign)
        now = head.after(now)
        stage = campaigns.standing(tx, campaign).stage
        if stage not in _VOIDABLE:
            raise wrong_stage(stage, *_VOIDABLE)
        record = CampaignVoided(at=instant(now), campaign=campaign, reason=reason)
        appended = journals.append(tx, head, [("campaign.voided", encode(record))], now)
        campaigns.move(tx, campaign, stage="void")
        engaged.prune(tx, campaign)
        act.note(tx, house, campaign, now, staff_name, "void", reason, place=appended.start)
        register(tx, house, campaign, appended.checkpoint, now)


def _of_entrant(tx: Tx, campaign: str, entrant: str, state: str) -> list[EntryRow]:
    rows = [r for r in entries.of_entrant(tx, entrant) if r.campaign == campaign and r.state == state]
    if not rows:
        raise _nobody(entrant)
    return rows


def _nobody(found: str) -> NotFound:
    return NotFound(
        "entrant-unknown",
        Text(fr="Un participant avec une participation en cours était attendu.",
             en="An entrant with a standing entry was expected."),
        Text(fr="Rechargez la page.", en="Reload the page."),
        found=found,
    )  # fmt: skip


def _needed(where: str, expected: Text, found: str) -> Refused:
    return Refused(
        f"{where}-needed",
        expected,
        Text(fr="Complétez le formulaire.", en="Complete the form."),
        found=found,
        where=where,
    )
