"""The rules text as PDF/A, made when somebody first asks for it and then kept: the same bytes each time."""

from contests.flows.amend import amendments_of
from contests.flows.house import House
from contests.papers import pdf
from contests.papers.rules_text import compile_rules
from contests.store import campaigns, views


def rules_pdf(house: House, campaign: str, version: int, language: str) -> bytes | None:
    """Return the rules text in force as PDF; None for a version or language that is not in force."""
    with house.store.read() as tx:
        standing = campaigns.standing(tx, campaign)
        paper = views.paper(tx, campaign, version, language)
        published = campaigns.row(tx, campaign).published_at
        amended = amendments_of(tx, campaign)
    if paper is None or paper.pdf:
        return paper.pdf if paper else None
    spoken = next((known for known in standing.definition.languages if known == language), None)
    if version != standing.version or published is None or spoken is None:
        return None
    document = compile_rules(standing.definition, spoken, version, amended)
    page = pdf.Page(left=document.title, right=f"{version}", foot=f"SHA-256 {paper.digest}")
    made = pdf.render(document, page, amended[-1].at if amended else published, standing.definition.organiser.name)
    with house.store.write() as tx:
        campaigns.keep_pdf(tx, campaign, version, language, made)
    return made
