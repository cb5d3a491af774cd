"""The rules text as PDF/A, made when somebody first asks for it and then kept: the same bytes each time."""

from contests.codec import digest
from contests.flows.amend import amendments_of
from contests.flows.house import House
from contests.papers import html, pdf
from contests.papers.rules_text import compile_rules
from contests.store import campaigns, views


def rules_pdf(house: House, campaign: str, version: int, language: str) -> bytes | None:
    """Return a version of the rules text as PDF; None for one that is not there.

    An earlier version is printed only where this program still writes the very text that was hashed.
    """
    with house.store.read() as tx:
        standing = campaigns.standing(tx, campaign)
        paper = views.paper(tx, campaign, version, language)
        published = campaigns.row(tx, campaign).published_at
        past = amendments_of(tx, campaign)
    if paper is None or paper.pdf or published is None:
        return paper.pdf or None if paper else None
    definition = past[version - 1].before if version <= len(past) else standing.definition
    spoken = next((known for known in definition.languages if known == language), None)
    if spoken is None:
        return None
    document = compile_rules(definition, spoken, version, past[: version - 1])
    if version != standing.version and digest(html.render(document)) != paper.digest:
        return None
    page = pdf.Page(left=document.title, right=f"{version}", foot=f"SHA-256 {paper.digest}")
    at = past[version - 2].at if version > 1 else published
    made = pdf.render(document, page, at, definition.organiser.name)
    with house.store.write() as tx:
        campaigns.keep_pdf(tx, campaign, version, language, made)
    return made
