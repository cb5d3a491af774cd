"""The acts of the staff can be added to; the database itself refuses everything else."""

import pytest
from simulator import Make
from sqlalchemy.exc import DBAPIError

from contests.flows import account_acts, act
from contests.store import personal, views
from contests.store.tables import FIRST


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE action SET detail = 'nothing happened'",
        "UPDATE action SET id = 'x' WHERE campaign = ''",
        "UPDATE action SET detail = '', staff = 'Nobody'",
        "UPDATE action SET detail = '', organiser = 'other'",
        "UPDATE action SET detail = '', evidence_name = 'other.pdf'",
        "DELETE FROM action",
        "DELETE FROM action WHERE campaign <> ''",
        "INSERT OR REPLACE INTO action SELECT id, campaign, at, 'Nobody', verb, place, detail, evidence_name, evidence, organiser FROM action",
        "TRUNCATE action",
    ],
)
def test_no_statement_changes_or_removes_an_act(simulate_on: Make, statement: str) -> None:
    sim = simulate_on()
    if statement.startswith("TRUNCATE" if sim.store.sqlite else "INSERT OR REPLACE"):
        pytest.skip("the other database's statement")
    with sim.store.write() as tx:
        act.note(tx, sim.house, sim.id, sim.now, "Claire", "exclude", "Twice the same person.")
        account_acts.note(
            tx, sim.house, sim.now, "Olga", "account-invited", within=FIRST, whom="bob@new.example", role="legal"
        )
    with pytest.raises(DBAPIError, match="append-only"):
        sim.as_owner(statement)
    with sim.store.read() as tx:
        assert [row.detail for row in views.actions(tx, sim.id)] == ["Twice the same person."]
        assert [row.staff for row in views.account_actions(tx, FIRST, 10)] == ["Olga"]


def test_what_an_act_says_of_people_is_emptied_when_its_time_is_over(simulate_on: Make) -> None:
    sim = simulate_on()
    with sim.store.write() as tx:
        act.note(tx, sim.house, sim.id, sim.now, "Claire", "exclude", "Twice the same person.")
    with sim.store.write() as tx:
        assert personal.drop_evidence(tx, sim.id, ["exclude"]) == 1
    with sim.store.read() as tx:
        assert [(row.staff, row.verb, row.detail) for row in views.actions(tx, sim.id)] == [("Claire", "exclude", "")]


def test_every_act_on_an_account_is_said_in_both_languages() -> None:
    facts = {"whom", "role", "before", "failures", "left", "count", "slug", "until"}
    for said in account_acts.SAID.values():
        filled = said.fill(**dict.fromkeys(facts, "x"))
        assert filled.fr != filled.en
        assert "{" not in filled.fr + filled.en
