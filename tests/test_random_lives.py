"""Random lives of a campaign: whatever happens in whatever order, the store, the fold and the verifier agree."""

import contextlib
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from simulator import Simulator

from contests.errors import Refused
from contests.flows import moderate, settle
from contests.flows.enter import Accepted
from contests.store import draws
from contests.worker import Reach, tick

names = st.sampled_from([f"p{n}" for n in range(12)])


class Life(RuleBasedStateMachine):
    """One campaign, steered at random."""

    @initialize(bonus=st.booleans())
    def begin(self, bonus: bool) -> None:  # noqa: FBT001 - hypothesis passes by position
        self.folder = tempfile.TemporaryDirectory()
        bonuses = [{"kind": "referral", "tickets": 2, "cap": 4}] if bonus else []
        self.sim = Simulator.at(Path(self.folder.name), bonuses=bonuses)
        self.accepted: dict[str, Accepted] = {}

    @rule(who=st.lists(names, min_size=1, max_size=4))
    def enter(self, who: list[str]) -> None:
        for name, result in zip(who, self.sim.enter(*who), strict=True):
            if isinstance(result, Accepted):
                assert self.sim.stage == "open"
                self.accepted[name] = result

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
