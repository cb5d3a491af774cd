"""Share the counts of rate limits between the processes of an installation."""

from contests.flows.house import House
from contests.store import often
from contests.store.often import Counts


def exchange(house: House, process: str, counts: Counts) -> dict[str, dict[str, int]]:
    """Tell who came often to this process; return how often names came to the others, by counter."""
    if any(names for _, names in counts.values()):
        with house.store.write() as tx:
            often.tell(tx, process, counts)
    with house.store.read() as tx:
        return often.elsewhere(tx, process, counts)
