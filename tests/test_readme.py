"""What the README shows is what the program prints: a whole draw by a recorded round, the same each time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from simulator import Chance, Simulator

from contests.audit.bundle import open_bytes
from contests.audit.verify import verify
from contests.campaign.parse import parse
from contests.codec import parse_json
from contests.draw.beacon import QUICKNET, Round
from contests.draw.seed import Beacon
from contests.flows.import_people import import_people
from contests.flows.moderate import exclude
from contests.sources.people import read_people
from contests.store import views

ROOT = Path(__file__).parents[1]
SIGNATURE = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"


def sample_verdict(url: str) -> str:
    """Run the French sample with the 300 people, one exclusion, and quicknet’s round 1000; return what verify prints."""
    definition = parse((ROOT / "examples" / "noel-lumiere.toml").read_bytes(), "toml")
    data = parse_json(definition.bytes()) | {
        "opens_at": "2023-08-20T00:00:00Z",
        "closes_at": "2023-08-23T12:00:00Z",
        "freezes_at": "2023-08-23T13:00:00Z",
        "draws_at": "2023-08-23T15:59:24Z",
    }
    sim = Simulator(url)
    sim.house = type(sim.house)(sim.store, sim.house.name, sim.house.url, Chance("readme"))
    sim.definition_data, sim.now = data, datetime(2023, 8, 20, 1, tzinfo=UTC)
    sim.publish()
    people = read_people((ROOT / "examples" / "people.csv").read_bytes(), sim.campaign)
    import_people(sim.house, sim.id, sim.campaign, people, sim.now)
    with sim.store.read() as tx:
        entry, _ = views.entries(tx, sim.id, wanted="", marked=False, before=None)[0]
    assert entry.entrant
    sim.go(timedelta(hours=1))
    exclude(
        sim.house, sim.id, entry.entrant, reason="false-data", note="A made-up town.", evidence=("", b""),
        staff_name="Claire", now=sim.now,
    )  # fmt: skip
    sim.freeze()
    sim.draw(Beacon(Round(QUICKNET.hash, 1000, SIGNATURE)))
    with open_bytes(sim.bundle()) as bundle:
        text = verify(bundle).text("en")
    sim.store.close()
    return text


def test_the_output_in_the_readme_is_what_verify_prints(tmp_path: Path) -> None:
    shown = (ROOT / "README.md").read_text().split("```")[1].strip("\n")
    assert shown == sample_verdict(f"sqlite:///{tmp_path / 'readme.db'}")
