"""The pages of the editor, with what the linter says of each."""

import msgspec

from contests.campaign.editor.answers import blocks, name_of
from contests.campaign.editor.asks import Section
from contests.campaign.editor.sections import SECTIONS
from contests.campaign.lint.remark import Remark
from contests.errors import Text
from contests.flows.drafting import Sheet, document_of


class Step(msgspec.Struct, frozen=True):
    """A page of the editor in the list of all: how many remarks block or warn on it."""

    section: Section
    blocks: int
    warns: int


def steps_of(remarks: tuple[Remark, ...]) -> list[Step]:
    """Return all pages with what the linter says of each."""
    found = []
    for section in SECTIONS:
        own = [remark for remark in remarks if _first(remark.path) in section.keys]
        found.append(Step(section, sum(r.level == "block" for r in own), sum(r.level == "warn" for r in own)))
    return found


class Spot(msgspec.Struct, frozen=True):
    """Where the question of a remark stands: the page of the editor, its name there (empty: the page), its words."""

    section: str
    name: str
    label: Text


def spots_of(remarks: tuple[Remark, ...], sheet: Sheet) -> dict[str, Spot]:
    """Return the question that each remark's path is about, where there is one."""
    draft = document_of(sheet)
    asked = {
        question.name: Spot(section.id, question.name, question.ask.label)
        for section in SECTIONS
        for block in blocks(draft, section)
        for question in block.questions
    }
    found: dict[str, Spot] = {}
    for path in {remark.path for remark in remarks}:
        name = name_of(path, draft)
        inside = next((asked[known] for known in asked if "." in name and known.startswith(f"{name}.")), None)
        while name and name not in asked:
            name = name.rpartition(".")[0]
        spot = asked.get(name) or inside or _page_of(path)
        if spot:
            found[path] = spot
    return found


def _page_of(path: str) -> Spot | None:
    """Return the page that a whole list, such as `rules`, is on."""
    return next((Spot(one.id, "", one.title) for one in SECTIONS if _first(path) in one.keys), None)


def _first(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]
