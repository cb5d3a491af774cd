"""That the contest is one of a series, and that each of them stands alone."""

from collections.abc import Iterator

from contests.errors import Text
from contests.papers.tree import Block, Links, Paragraph
from contests.papers.voice import Voice

_ONE_OF = Text(
    fr="Ce jeu est le n° {place} sur {of} de la série « {title} ». Chaque jeu de la série a son propre règlement, sa durée, "
    "ses lots, sa liste et son tirage : participer à l’un ne fait participer à aucun autre.",
    en="This contest is no. {place} of {of} in the series “{title}”. Each contest of the series has its own rules, period, "
    "prizes, list and draw: entering one enters no other.",
)
_LATER = Text(
    fr="Les pages de la série ne montrent les lots de ce jeu qu’à partir de son ouverture ; ce règlement les nomme dès sa "
    "publication.",
    en="The pages of the series show the prizes of this contest only from its opening; these rules name them from their "
    "publication.",
)
_PAGE = Text(fr="Page de la série", en="Page of the series")


def one_of(voice: Voice) -> Iterator[Block]:
    """Say the place in the series, what that means, and where the series is."""
    series = voice.campaign.one_of
    if series is None:
        return
    told = [voice.say(_ONE_OF, place=series.place, of=series.of, title=voice.own(series.title))]
    if series.reveal == "on-the-day":
        told.append(voice.say(_LATER))
    yield Paragraph(" ".join(told))
    yield Links(((voice.say(_PAGE), f"/s/{series.key}"),))
