"""A document as a file that is saved or sent."""

from datetime import datetime

from contests.papers import html, pdf
from contests.papers.tree import Document


def as_file(document: Document, page: pdf.Page, kind: str, *, at: datetime, author: str) -> bytes:
    """Return the document as `pdf` (PDF/A, of the second `at`), else as `html`."""
    return pdf.render(document, page, at.replace(microsecond=0), author) if kind == "pdf" else html.render(document)
