"""Four eyes: one prepares, another releases; never the same account, never twice, never what no longer fits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from flows.test_pictures import picture
from simulator import DEFINITION, Make, Simulator

from contests.codec import canonical
from contests.errors import Refused
from contests.flows import amend, drafting, four_eyes, moderate, publish, settle
from contests.flows import draw as drawing
from contests.flows.acknowledge import acknowledge_all
from contests.flows.four_eyes import refuse, release, submit
from contests.flows.proposed import KINDS, Amend, Exclude, Publish, Release, decode
from contests.flows.retain import retain
from contests.flows.roles import Person
from contests.settings import Settings
from contests.store import campaigns, draws, proposals, views
from contests.store.tables import ProposalRow

CLAIRE = Person("c" * 32, "Claire", "manager", "fr")
LEON = Person("l" * 32, "Léon", "manager", "fr")
NINA = Person("n" * 32, "Nina", "moderator", "fr")
ALL = frozenset({"publish", "amend", "exclude", "ceremony", "release"})


def two_eyed(simulate: Make, **changes: Any) -> Simulator:
    """Return a simulator that wants a second person for everything from now on."""
    sim = simulate(**changes)
    sim.house = msgspec.structs.replace(sim.house, four_eyes=ALL)
    return sim


def waiting(sim: Simulator, campaign: str = "") -> list[ProposalRow]:
    with sim.store.read() as tx:
        return proposals.waiting(tx, campaign or sim.id)


def decided(sim: Simulator, campaign: str = "") -> ProposalRow:
    with sim.store.read() as tx:
        return proposals.decided(tx, campaign or sim.id)[0]


def acts(sim: Simulator, campaign: str = "") -> list[tuple[str, str]]:
    with sim.store.read() as tx:
        return [(row.staff, row.verb) for row in views.actions(tx, campaign or sim.id)]


def prepare_exclusion(sim: Simulator, *names: str) -> str:
    """Let Claire prepare an exclusion; return the proposal's id."""
    asked = Exclude(entrants=tuple(sim.receipts[name].entrant for name in names), reason="automation", note="Bot.")
    before = {row.id for row in waiting(sim)}
    assert not submit(sim.house, sim.id, asked, CLAIRE, sim.now, ("log.txt", b"three a second"))
    return next(row.id for row in waiting(sim) if row.id not in before)


def drafted(sim: Simulator, slug: str = "other", **changes: Any) -> str:
    text = canonical(DEFINITION | {"slug": slug} | changes).decode()
    identity = publish.draft(sim.house, text, "json", sim.now)
    acknowledge_all(sim.house, identity, reason="A simulation.", staff_name="Claire", now=sim.now)
    return identity


def test_the_setting_names_the_acts_that_can_be_gated_and_is_empty_by_default() -> None:
    assert Settings().second_person == frozenset()
    assert Settings(four_eyes="publish, amend, exclude,ceremony,release").second_person == ALL
    assert set(KINDS) | {"ceremony"} == ALL


def test_without_the_setting_an_act_happens_at_once_under_one_name(simulate: Make) -> None:
    sim = simulate()
    sim.enter("alice")
    asked = Exclude(entrants=(sim.receipts["alice"].entrant,), reason="automation", note="Bot.")
    assert submit(sim.house, sim.id, asked, CLAIRE, sim.now)
    assert acts(sim)[0] == ("Claire", "exclude")
    assert waiting(sim) == []


@pytest.mark.parametrize("act", sorted(KINDS))
def test_a_gated_flow_called_directly_is_refused(simulate: Make, act: str) -> None:
    """Whatever page or program comes later: it cannot go round the second person by forgetting to ask."""
    sim = simulate()
    sim.enter("alice", "bob", "carol", "dave")
    identity = drafted(sim)
    house = msgspec.structs.replace(sim.house, four_eyes=frozenset({act}))
    said: dict[str, Any] = {"staff_name": "Claire", "note": "x", "now": sim.now}
    direct: dict[str, Callable[[], object]] = {
        "publish": lambda: publish.publish(house, identity, sim.now),
        "amend": lambda: amend.publish(house, sim.id, {}, "", staff_name="Claire", now=sim.now),
        "exclude": lambda: moderate.exclude(
            house, sim.id, sim.receipts["alice"].entrant, reason="abuse", evidence=("", b""), **said
        ),
        "release": lambda: settle.confirm_award(house, sim.id, "bike", **said),
    }
    if act == "release":
        sim.draw_all()
    size = sim.state().size
    with pytest.raises(Refused, match="A second person was expected"):
        direct[act]()
    assert sim.state().size == size


def test_an_amendment_is_prepared_as_it_was_read_and_lapses_when_it_changes(simulate: Make) -> None:
    sim = two_eyed(simulate)
    why: amend.Reasons = {"fr": "Une faute de frappe.", "en": "A slip of the pen."}

    def prepared(title: str) -> str:
        with sim.store.read() as tx:
            copy = amend.working(tx, sim.id)
        text = copy.draft.replace("Simulated contest", title)
        drafting.save_text(sim.house, sim.id, text, "json", drafting.mark_of(copy), "Claire", sim.now)
        with sim.store.read() as tx:
            mark = amend.review(tx, sim.id, sim.now).mark
        before = {row.id for row in waiting(sim)}
        assert not submit(sim.house, sim.id, Amend(reasons=why, mark=mark), CLAIRE, sim.now)
        return next(row.id for row in waiting(sim) if row.id not in before)

    amend.begin(sim.house, sim.id, "Claire", sim.now)
    with pytest.raises(Refused):
        submit(sim.house, sim.id, Amend(reasons=why, mark="0"), CLAIRE, sim.now)
    first = prepared("Simulated contest!")
    second = prepared("Simulated contest!!")
    assert not release(sim.house, sim.id, first, LEON, sim.now), "what was prepared is no longer what stands there"
    assert sim.campaign.title["en"] == "Simulated contest"
    assert release(sim.house, sim.id, second, LEON, sim.now)
    assert sim.campaign.title["en"] == "Simulated contest!!!"
    assert ("Claire & Léon", "amend") in acts(sim)


def test_an_exclusion_is_prepared_with_its_evidence_and_released_under_both_names(simulate_on: Make) -> None:
    sim = two_eyed(simulate_on)
    sim.enter("alice", "bob")
    size = sim.state().size
    proposal = prepare_exclusion(sim, "alice")
    assert sim.state().size == size
    assert waiting(sim)[0].evidence == b"three a second"
    with pytest.raises(Refused, match="Somebody other than the person who prepared"):
        release(sim.house, sim.id, proposal, CLAIRE, sim.now)
    assert sim.state().size == size
    assert release(sim.house, sim.id, proposal, NINA, sim.now)
    assert sim.state().size == size + 1
    assert sim.state().counts["excluded"] == 1
    assert set(acts(sim)) == {("Claire", "prepare-exclude"), ("Claire & Nina", "exclude"), ("Nina", "release-exclude")}
    with sim.store.read() as tx:
        act = next(row for row in views.actions(tx, sim.id) if row.verb == "exclude")
    assert (act.place, act.evidence, act.evidence_name) == (size, b"three a second", "log.txt")
    assert act.detail.endswith(": Bot.")


def test_what_a_decided_proposal_said_of_people_is_gone(simulate: Make) -> None:
    sim = two_eyed(simulate)
    sim.enter("alice", "bob")
    release(sim.house, sim.id, prepare_exclusion(sim, "alice"), LEON, sim.now)
    assert b"Bot." not in decided(sim).asked
    sim.go(timedelta(minutes=1))
    refuse(sim.house, sim.id, prepare_exclusion(sim, "bob"), LEON, "Two brothers.", sim.now)
    row = decided(sim)
    assert (row.state, row.reason, row.evidence) == ("refused", "Two brothers.", b"")
    assert b"Bot." not in row.asked
    assert b"log.txt" not in row.asked


def test_two_who_release_at_the_same_moment_do_it_once(simulate_on: Make) -> None:
    sim = two_eyed(simulate_on)
    sim.enter("alice", "bob")
    proposal = prepare_exclusion(sim, "alice")

    def click(person: Person) -> str:
        try:
            return str(release(sim.house, sim.id, proposal, person, sim.now))
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, [LEON, NINA])) == ["True", "already-decided"]
    assert sim.state().counts["excluded"] == 1
    assert [verb for _, verb in acts(sim)].count("exclude") == 1


def test_an_exclusion_lapses_once_the_list_is_frozen_or_the_person_has_gone(simulate: Make) -> None:
    sim = two_eyed(simulate)
    sim.enter("alice", "bob", "carol")
    gone, late = prepare_exclusion(sim, "alice"), prepare_exclusion(sim, "bob")
    moderate.withdraw(sim.house, sim.id, sim.receipts["alice"].token, sim.now)
    assert not release(sim.house, sim.id, gone, LEON, sim.now)
    assert decided(sim).state == "lapsed"
    sim.freeze()
    size = sim.state().size
    assert not release(sim.house, sim.id, late, LEON, sim.now)
    assert sim.state().size == size
    assert sim.state().counts["excluded"] == 0


def test_another_entry_of_the_same_person_changes_nothing_about_the_exclusion(simulate: Make) -> None:
    sim = two_eyed(simulate, rules=[*DEFINITION["rules"], {"kind": "one-per-day"}])
    sim.enter("alice", "bob")
    proposal = prepare_exclusion(sim, "alice")
    sim.go(timedelta(days=1))
    sim.enter("alice")
    assert release(sim.house, sim.id, proposal, LEON, sim.now)
    assert sim.state().counts["excluded"] == 2


def test_a_publication_lapses_when_the_draft_has_changed(simulate: Make) -> None:
    sim = two_eyed(simulate)
    identity = drafted(sim)
    assert not submit(sim.house, identity, Publish(), CLAIRE, sim.now)
    drafted(sim, alternates=4)
    assert not release(sim.house, identity, waiting(sim, identity)[0].id, LEON, sim.now)
    assert decided(sim, identity).state == "lapsed"
    with sim.store.read() as tx:
        assert campaigns.row(tx, identity).stage == "draft"


@pytest.mark.parametrize("what", ["picture", "picture again", "codes", "excluded"])
def test_a_publication_lapses_when_what_goes_with_the_draft_has_changed(simulate: Make, what: str) -> None:
    sim = two_eyed(simulate)
    identity = drafted(sim)
    publish.add_picture(sim.house, identity, "bike.png", picture("PNG"))
    assert not submit(sim.house, identity, Publish(), CLAIRE, sim.now)
    waits = waiting(sim, identity)[0]
    with sim.store.write() as tx:
        assert four_eyes.fits(tx, waits)
        if what == "codes":
            campaigns.put_codes(tx, identity, ["AAAA"])
        elif what == "excluded":
            campaigns.put_excluded(tx, identity, ["eve@people.example"])
    if "picture" in what:
        name = "bike.png" if "again" in what else "mug.png"
        publish.add_picture(sim.house, identity, name, picture("PNG", (8, 8)))
    assert not release(sim.house, identity, waits.id, LEON, sim.now)
    assert decided(sim, identity).state == "lapsed"


def test_a_publication_is_released_by_a_second_person_and_carries_both_names(simulate_on: Make) -> None:
    sim = two_eyed(simulate_on)
    identity = drafted(sim)
    assert not submit(sim.house, identity, Publish(), CLAIRE, sim.now)
    with sim.store.read() as tx:
        assert campaigns.row(tx, identity).stage == "draft"
    proposal = waiting(sim, identity)[0].id
    with pytest.raises(Refused, match="A role that may do this act"):
        release(sim.house, identity, proposal, NINA, sim.now)
    assert release(sim.house, identity, proposal, LEON, sim.now)
    with sim.store.read() as tx:
        assert campaigns.row(tx, identity).stage == "open"
    assert ("Claire & Léon", "publish") in acts(sim, identity)


def test_what_the_flow_would_refuse_is_refused_when_it_is_prepared(simulate: Make) -> None:
    sim = two_eyed(simulate)
    sim.enter("alice")
    identity = publish.draft(sim.house, canonical(DEFINITION | {"slug": "other"}).decode(), "json", sim.now)
    with pytest.raises(Refused, match="acknowledgement"):
        submit(sim.house, identity, Publish(), CLAIRE, sim.now)
    size = sim.state().size
    asked = Exclude(entrants=(sim.receipts["alice"].entrant,), reason="because", note="x")
    with pytest.raises(Refused, match="A reason from the list"):
        submit(sim.house, sim.id, asked, CLAIRE, sim.now)
    assert waiting(sim) == waiting(sim, identity) == []
    assert sim.state().size == size


def test_a_release_that_the_flow_refuses_leaves_everything_as_it_was(simulate: Make) -> None:
    """A warning came up since: nothing half done, the proposal still waits."""
    sim = two_eyed(simulate)
    identity = drafted(sim)
    submit(sim.house, identity, Publish(), CLAIRE, sim.now)
    late = sim.now + timedelta(days=400)
    with pytest.raises(Refused):
        release(sim.house, identity, waiting(sim, identity)[0].id, LEON, late)
    assert len(waiting(sim, identity)) == 1
    assert ("Léon", "release-publish") not in acts(sim, identity)


def test_a_prize_is_released_by_two_and_lapses_when_its_holder_changed(simulate_on: Make) -> None:
    sim = two_eyed(simulate_on)
    sim.enter(*"abcdefgh")
    sim.draw_all()
    assert not submit(sim.house, sim.id, Release(unit="bike", note="ID seen."), CLAIRE, sim.now)
    assert not submit(sim.house, sim.id, Release(unit="mug-1", note="ID seen."), CLAIRE, sim.now)
    bike, mug = sorted(waiting(sim), key=lambda row: row.asked)
    assert decode(bike.asked) == Release(unit="bike", note="ID seen.")
    with pytest.raises(Refused, match="already"):
        submit(sim.house, sim.id, Release(unit="bike", note="Again."), NINA, sim.now)
    assert release(sim.house, sim.id, bike.id, LEON, sim.now)
    settle.forfeit_award(
        sim.house, sim.id, "mug-1", reason="not-eligible", staff_name="Claire", note="Abroad.", now=sim.now
    )
    assert not release(sim.house, sim.id, mug.id, LEON, sim.now)
    with sim.store.read() as tx:
        states = {row.unit: row.state for row in draws.awards(tx, sim.id)}
    assert (states["bike"], states["mug-1"]) == ("confirmed", "offered")
    assert ("Claire & Léon", "confirm") in acts(sim)


def test_who_prepared_an_act_may_take_it_back_and_others_need_a_reason(simulate: Make) -> None:
    sim = two_eyed(simulate)
    sim.enter("alice")
    proposal = prepare_exclusion(sim, "alice")
    with pytest.raises(Refused, match="A reason was expected"):
        refuse(sim.house, sim.id, proposal, LEON, "  ", sim.now)
    refuse(sim.house, sim.id, proposal, CLAIRE, "", sim.now)
    assert decided(sim).state == "taken-back"
    with pytest.raises(Refused, match="An act that waits"):
        release(sim.house, sim.id, proposal, LEON, sim.now)


def test_a_proposal_of_another_campaign_is_not_there(simulate: Make) -> None:
    sim = two_eyed(simulate)
    sim.enter("alice")
    proposal = prepare_exclusion(sim, "alice")
    identity = drafted(sim)
    for wrong in (proposal, "0" * 32, "../x"):
        with pytest.raises(Refused, match="A prepared act was expected"):
            release(sim.house, identity, wrong, LEON, sim.now)


def test_what_nobody_decided_lapses_with_the_stage_and_keeps_nothing_of_people(simulate: Make) -> None:
    sim = two_eyed(simulate)
    sim.enter("alice", "bob")
    prepare_exclusion(sim, "alice")
    sim.freeze()
    retain(sim.house, sim.id, sim.now)
    assert waiting(sim) == []
    assert (decided(sim).state, decided(sim).evidence) == ("lapsed", b"")


def test_a_ceremony_takes_two_accounts_whatever_the_setting_and_the_draw_carries_both_names(simulate_on: Make) -> None:
    values = [{"name": "die", "label": {"fr": "Dé", "en": "Die"}}]
    source = {"source": "ceremony", "officer": "Maître Martin, Lyon", "values": values}
    sim = simulate_on(draw=source)
    sim.enter("alice", "bob", "carol")
    sim.freeze()
    sim.go(sim.campaign.draws_at)
    for _ in range(2):
        assert not drawing.type_ceremony(sim.house, sim.id, "one", "Claire", {"die": "4"}, sim.now)
    size = sim.state().size
    assert drawing.type_ceremony(sim.house, sim.id, "two", "Léon", {"die": "4"}, sim.now)
    with sim.store.read() as tx:
        act = next(row for row in views.actions(tx, sim.id) if row.verb == "draw")
    assert (act.staff, act.place) == ("one & Léon", size)
    assert sim.verify().level == "ceremony"


def test_the_sweep_lets_nothing_that_fits_lapse(simulate: Make) -> None:
    sim = two_eyed(simulate)
    sim.enter("alice", "bob")
    prepare_exclusion(sim, "alice")
    with sim.store.write() as tx:
        assert four_eyes.sweep(tx, sim.house, sim.id, sim.now) == 0
    assert len(waiting(sim)) == 1
