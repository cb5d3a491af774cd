"""Awards: prize units in the order declared, one to each rank; then the alternates (spec draw §6)."""

from collections.abc import Sequence

import msgspec

from contests.draw.ranking import Rank

HEADER = "rank,number,entrant,prize\n"


class Award(msgspec.Struct, frozen=True):
    """One line of the result: a winner with a prize unit, or an alternate with none."""

    rank: int
    number: str
    entrant: str
    prize: str = ""


def make_awards(ranking: Sequence[Rank], units: Sequence[str], alternates: int) -> tuple[Award, ...]:
    """Give unit i to rank i, then name the alternates. A short ranking leaves the last units unawarded."""
    drawn = ranking[: len(units) + alternates]
    return tuple(
        Award(place, rank.number, rank.entrant, units[place - 1] if place <= len(units) else "")
        for place, rank in enumerate(drawn, 1)
    )


def ranking_csv(awards: Sequence[Award]) -> bytes:
    """Return the file of winners and alternates."""
    return (HEADER + "".join(f"{a.rank},{a.number},{a.entrant},{a.prize}\n" for a in awards)).encode()
