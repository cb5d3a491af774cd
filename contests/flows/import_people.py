"""Import people from a file: the same flow as the landing page, in bigger batches."""

from datetime import datetime

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.form import questions, read_form
from contests.errors import Malformed, Text
from contests.flows.enter import Accepted, DeclinedEntry, Submission, enter
from contests.flows.house import House
from contests.rules import SAYS
from contests.sources.people import People, faults_of

BATCH = 2000


class Imported(msgspec.Struct, frozen=True):
    """How many were accepted, which lines were declined for what, and on which line each entrant stands first."""

    accepted: int
    declined: tuple[tuple[int, str, Text], ...]
    vouched: tuple[str, ...]
    lines: dict[str, int]


def import_people(house: House, campaign: str, definition: Campaign, people: People, now: datetime) -> Imported:
    """Enter every person of a file. A rule whose question has no column is vouched for by the organiser.

    Raises Malformed with line numbers when a line cannot be an entry; nothing is imported then.
    """
    vouched = frozenset(
        rule.tag()
        for rule in definition.rules
        if rule.tag() == "confirmed-email" or (rule.asks() and not {a.name for a in rule.asks()} & people.columns)
    )
    own = {field.id for field in definition.fields if field.required and field.kind != "consent"}
    if missing := [q.label for q in questions(definition) if q.name in own - people.columns]:
        raise Malformed(
            "people-column",
            Text(fr="Une colonne pour chaque question obligatoire du formulaire était attendue.",
                 en="A column for each question that the form requires was expected."),
            Text(fr="Corrigez le fichier : rien n’a été importé.", en="Mend the file: nothing was imported."),
            found=Text(fr="aucune pour " + ", ".join(f"« {label.fr} »" for label in missing),
                       en="none for " + ", ".join(f"“{label.en}”" for label in missing)),
        )  # fmt: skip
    submissions: list[tuple[int, Submission]] = []
    faults: list[tuple[int, Text]] = []
    for person in people.people:
        form = read_form(definition, person.values, definition.languages[0])
        if form.answers is None or form.email is None:
            faults.append((person.line, Text(
                fr=" ".join(f"{e.field} : {e.text.fr}" for e in form.errors),
                en=" ".join(f"{e.field}: {e.text.en}" for e in form.errors))))  # fmt: skip
            continue
        submissions.append(
            (person.line, Submission(answers=form.answers, email=form.email, at=now, trusted=True, vouched=vouched))
        )
    if faults:
        raise Malformed(
            "people-lines",
            Text(fr="Des lignes complètes étaient attendues.", en="Complete lines were expected."),
            Text(fr="Corrigez le fichier : rien n’a été importé.", en="Mend the file: nothing was imported."),
            found=faults_of(faults),
        )
    accepted, declined, lines = 0, [], dict[str, int]()
    for start in range(0, len(submissions), BATCH):
        batch = submissions[start : start + BATCH]
        results = enter(house, campaign, [submission for _, submission in batch])
        for (line, _), result in zip(batch, results, strict=True):
            if isinstance(result, Accepted):
                accepted += 1
                lines.setdefault(result.entrant, line)
            elif isinstance(result, DeclinedEntry):
                first = result.objections[0]
                declined.append((line, first.reason, SAYS[first.reason].fill(**first.evidence)))
    return Imported(accepted, tuple(declined), tuple(sorted(vouched)), lines)
