"""Random lives of a campaign: whatever happens in whatever order, the store, the fold and the verifier agree."""

import contextlib
import re
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from simulator import Simulator

from contests.errors import Refused
from contests.flows import erase, moderate, settle
from contests.flows.enter import Accepted
from contests.journal.note import parse_vkey
from contests.journal.receipt import verify_receipt
from contests.records import DrawCompleted, EntryAccepted, parse_record
from contests.store import draws, journals, views
from contests.store.session import Store
from contests.worker import Reach, tick

# The order of the stages; a campaign may be ended without a result from any but the last.
STAGES = ("open", "closed", "frozen", "drawn", "settled")

names = st.sampled_from([f"p{n}" for n in range(12)])


class Life(RuleBasedStateMachine):
    """One campaign, steered at random."""

    @initialize(bonus=st.booleans())
    def begin(self, bonus: bool) -> None:  # noqa: FBT001 - hypothesis passes by position
        self.folder = tempfile.TemporaryDirectory()
        bonuses = [{"kind": "referral", "tickets": 2, "cap": 4}] if bonus else []
        self.sim = Simulator.at(Path(self.folder.name), bonuses=bonuses)
        self.accepted: dict[str, Accepted] = {}
        self.told: list[Accepted] = []
        self.seen = "open"

    @rule(who=st.lists(names, min_size=1, max_size=4))
    def enter(self, who: list[str]) -> None:
        for name, result in zip(who, self.sim.enter(*who), strict=True):
            if isinstance(result, Accepted):
                assert self.sim.stage == "open"
                self.accepted[name] = result
                self.told.append(result)

    @rule(who=names)
    def enter_under_the_rules_before(self, who: str) -> None:
        """A page that was opened before an amendment sends the version that was on it."""
        earlier = self.sim.version - 1
        if earlier:
            assert not isinstance(self.sim.enter(who, rules=earlier)[0], Accepted)

    @rule(mugs=st.integers(2, 4), value=st.sampled_from(["500.00", "450.00"]))
    def amend(self, mugs: int, value: str) -> None:
        bike, mug = self.sim.definition_data["prizes"]
        before = self.sim.version
        with contextlib.suppress(Refused):
            self.sim.amend(prizes=[bike | {"unit_value": value}, mug | {"quantity": mugs}])
            assert self.sim.stage == "open"
            assert self.sim.version == before + 1
            assert len(self.sim.campaign.units) == 1 + mugs

    @rule(who=names)
    def withdraw(self, who: str) -> None:
        if who in self.accepted:
            with contextlib.suppress(Refused):
                moderate.withdraw(self.sim.house, self.sim.id, self.accepted[who].token, self.sim.now)

    @rule(who=names)
    def exclude(self, who: str) -> None:
        if who in self.accepted:
            with contextlib.suppress(Refused):
                moderate.exclude(
                    self.sim.house, self.sim.id, self.accepted[who].entrant, reason="automation", note="x",
                    evidence=("", b""), staff_name="Claire", now=self.sim.now,
                )  # fmt: skip

    @rule(who=names)
    def reinstate(self, who: str) -> None:
        if who in self.accepted:
            with contextlib.suppress(Refused):
                moderate.reinstate(
                    self.sim.house,
                    self.sim.id,
                    self.accepted[who].entrant,
                    note="x",
                    staff_name="Claire",
                    now=self.sim.now,
                )

    @rule(who=names)
    def erase(self, who: str) -> None:
        if who in self.accepted:
            with contextlib.suppress(Refused):
                erase.erase(self.sim.house, self.sim.id, self.accepted[who].entrant, self.sim.now)

    @rule(which=st.integers(0, 5))
    def claim(self, which: int) -> None:
        """One of those who were written to takes up the offer, in time or too late."""
        with self.sim.store.read() as tx:
            found = [re.search(r"/claim/(\w+)", mail.body) for mail in views.mails(tx) if mail.kind == "offer"]
        links = [link[1] for link in found if link]
        if links:
            with contextlib.suppress(Refused):
                settle.claim(
                    self.sim.house, self.sim.id, links[which % len(links)], {"conditions": "yes"}, self.sim.now
                )

    @rule()
    @precondition(lambda self: self.sim.now.minute == 59)
    def void(self) -> None:
        """Seldom: after it there is little left to do."""
        with contextlib.suppress(Refused):
            moderate.void(
                self.sim.house, self.sim.id, reason="Nothing is left to give.", staff_name="Claire", now=self.sim.now
            )

    @rule(hours=st.integers(1, 30), what=st.sampled_from(["tick", "enter", "exclude", "decide"]))
    def the_process_dies(self, hours: int, what: str) -> None:
        """All has been written but the end of the transaction: nothing of it stays. Another process goes on."""
        self.sim.go(timedelta(hours=hours))
        real, before = journals.append, self.sim.state().size

        def die(*arguments: Any) -> Any:
            real(*arguments)
            raise KeyboardInterrupt

        acts: dict[str, Callable[[], object]] = {
            "tick": lambda: tick(self.sim.house, Reach(), self.sim.now),
            "enter": lambda: self.sim.enter("mortal"),
            "exclude": lambda: self.exclude("p0"),
            "decide": lambda: self.decide("bike", good=False),
        }
        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
            patch.setattr(journals, "append", die)
            acts[what]()
        assert self.sim.state().size == before
        self.restart()

    @rule()
    def restart(self) -> None:
        """A new process opens the same database."""
        self.sim.store.close()
        self.sim.store = Store(self.sim.store.url.render_as_string(hide_password=False))
        self.sim.house = msgspec.structs.replace(self.sim.house, store=self.sim.store)

    @rule(hours=st.integers(1, 50), minutes=st.sampled_from([0, 0, 0, 59]))
    def the_clock_is_put_back(self, hours: int, minutes: int) -> None:
        """A machine whose clock was wrong. Steps that were taken stay."""
        self.sim.go(-timedelta(hours=hours, minutes=-minutes))
        tick(self.sim.house, Reach(), self.sim.now)

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours: int) -> None:
        self.sim.go(timedelta(hours=hours))
        tick(self.sim.house, Reach(), self.sim.now)

    @rule(unit=st.sampled_from(["bike", "mug-1", "mug-2"]), good=st.booleans())
    def decide(self, unit: str, good: bool) -> None:  # noqa: FBT001 - likewise
        with contextlib.suppress(Refused):
            if good:
                settle.confirm_award(self.sim.house, self.sim.id, unit, staff_name="C", note="x", now=self.sim.now)
            else:
                settle.forfeit_award(
                    self.sim.house, self.sim.id, unit, reason="not-eligible", staff_name="C", note="x", now=self.sim.now
                )

    @invariant()
    def store_and_journal_agree(self) -> None:
        if not hasattr(self, "sim"):
            return
        state = self.sim.state()
        assert state.stage == self.sim.stage
        with self.sim.store.read() as tx:
            awards = draws.awards(tx, self.sim.id)
        for award in awards:
            unit = state.units[award.unit]
            if unit.entrant and award.state not in {"drawn", "unawarded"}:
                assert unit.entrant == award.entrant

    @invariant()
    def stages_come_in_their_order(self) -> None:
        if hasattr(self, "sim"):
            stage = self.sim.stage
            assert stage == "void" or (self.seen != "void" and STAGES.index(stage) >= STAGES.index(self.seen))
            self.seen = stage

    @invariant()
    def what_was_accepted_stands_in_the_journal_once_with_its_receipt_and_there_is_one_draw(self) -> None:
        if not hasattr(self, "sim"):
            return
        with self.sim.store.read() as tx:
            head = journals.head(tx, self.sim.id)
            records = journals.records(tx, self.sim.id, 0, head.frontier.size)
            again = [journals.receipt(tx, self.sim.id, result.receipt.index) for result in self.told]
        verifier = parse_vkey(head.vkey)
        for result, now in zip(self.told, again, strict=True):
            for receipt in (result.receipt, now):
                verify_receipt(receipt, verifier)
                assert records[receipt.index] == result.receipt.record
        read = [parse_record(record) for record in records]
        entries = [record.entry for record in read if isinstance(record, EntryAccepted)]
        assert len(entries) == len(set(entries))
        assert {result.entry for result in self.told} <= set(entries)
        assert sum(isinstance(record, DrawCompleted) for record in read) <= 1

    def teardown(self) -> None:
        if not hasattr(self, "sim"):
            return
        verdict = self.sim.verify()
        self.sim.store.close()
        self.folder.cleanup()
        assert verdict.passed, verdict.text()


TestLives = Life.TestCase
TestLives.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
