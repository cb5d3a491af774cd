"""From the offer into the winner's hands: shown, seen, sent, received; reminded once; named as the winner wants."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from simulator import START, Make, Simulator

from contests.campaign.files import KEPT_DAYS, LARGEST
from contests.errors import NotFound, Refused, StageRefused
from contests.flows import deliver, erase, minutes, moderate, settle, show
from contests.flows.access import held
from contests.flows.calendar import calendar, renew
from contests.flows.deliver import Sending
from contests.flows.remind import remind_due
from contests.flows.tell import text_digest
from contests.flows.todo import todo
from contests.flows.worth import of_the_year
from contests.store import campaigns, draws, entries, handovers, outbox, personal, views
from contests.store.tables import FIRST, AwardRow, HandoverRow
from contests.worker import Reach, tick

DAY = timedelta(days=1)
PDF = b"%PDF-1.7 a passport"
AGE = {"id": "age", "title": {"fr": "une preuve d’âge", "en": "proof of age"}, "prizes": ["bike"]}
ADULTS = [{"kind": "residence", "countries": ["FR", "LU"]}, {"kind": "minimum-age"}]
BY_POST = Sending(on="2026-12-09", carrier="Colissimo", tracking="6A123")


def offered(make: Make, **changes: Any) -> Simulator:
    """Return a contest for adults, drawn and offered."""
    sim = make(**{"rules": ADULTS, **changes})
    sim.enter(*"abcdefg")
    sim.freeze()
    sim.draw()
    sim.advance()
    return sim


def unit(sim: Simulator, name: str = "bike") -> AwardRow:
    with sim.store.read() as tx:
        found = draws.award(tx, sim.id, name)
    assert found is not None
    return found


def way(sim: Simulator, name: str = "bike") -> HandoverRow:
    with sim.store.read() as tx:
        found = handovers.get(tx, sim.id, name, unit(sim, name).entrant)
    assert found is not None
    return found


def token(sim: Simulator, name: str = "bike") -> str:
    """Return the token of the holder's own link, from the mail with the offer."""
    with sim.store.read() as tx:
        mail = handovers.mail_of(tx, f"offer:{unit(sim, name).entrant}:{name}")
    assert mail is not None
    return mail.body.partition("/claim/")[2].split()[0]


def kinds(sim: Simulator, name: str = "bike") -> list[str]:
    with sim.store.read() as tx:
        return [told.noted.kind for told in handovers.notices(tx, sim.id, name)]


def confirm(sim: Simulator, name: str = "bike") -> None:
    settle.confirm_award(sim.house, sim.id, name, staff_name="Claire", note="Seen.", now=sim.now)


def send(sim: Simulator, sending: Sending = BY_POST, name: str = "bike") -> None:
    deliver.note_sent(sim.house, sim.id, name, sending, staff_name="Claire", now=sim.go(DAY))


def test_a_prize_goes_from_the_offer_to_the_winners_hands_and_the_journal_knows_only_its_own_part(
    simulate_on: Make,
) -> None:
    sim = offered(simulate_on)
    settle.claim(sim.house, sim.id, token(sim), {"conditions": "yes", "street": "1 rue X"}, sim.go(DAY))
    confirm(sim)
    size = sim.state().size
    send(sim)
    deliver.winner_received(sim.house, sim.id, token(sim), sim.go(DAY))
    deliver.winner_received(sim.house, sim.id, token(sim), sim.go(DAY))
    found = way(sim)
    assert (found.offered_at, found.claimed_at, found.confirmed_at) == (
        sim.now - 4 * DAY,
        sim.now - 3 * DAY,
        sim.now - 3 * DAY,
    )
    assert (found.sent_on, found.value, found.received_at, found.received_by) == (
        "2026-12-09",
        "500.00",
        sim.now - DAY,
        "",
    )
    assert kinds(sim) == ["offer", "confirmed", "sent"]
    assert sim.state().size == size
    assert sim.verify().passed
    with pytest.raises(StageRefused):
        send(sim)


def test_what_was_told_keeps_its_digest_when_the_text_is_gone(simulate: Make) -> None:
    sim = offered(simulate)
    with sim.store.read() as tx:
        told = handovers.notices(tx, sim.id, "bike")[0]
        assert told.mail is not None
        assert told.noted.digest == text_digest(told.mail.subject, told.mail.body)
        assert told.noted.sent_at is None
    with sim.store.write() as tx:
        outbox.sent(tx, told.mail.id, sim.now)
    with sim.store.read() as tx:
        assert handovers.notices(tx, sim.id, "bike")[0].noted.sent_at == sim.now
    erase_everything(sim)
    with sim.store.read() as tx:
        told = handovers.notices(tx, sim.id, "bike")[0]
    assert (told.mail, bool(told.noted.digest)) == (None, True)


def erase_everything(sim: Simulator) -> None:
    """Let the time pass until nothing of anybody is kept."""
    for name in ("bike", "mug-1", "mug-2"):
        confirm(sim, name)
    sim.go(6 * 366 * DAY)
    while tick(sim.house, Reach(), sim.now):
        pass


def test_nothing_of_how_a_prize_was_sent_outlives_its_winners_data(simulate: Make) -> None:
    sim = offered(simulate, awards={"documents": [AGE]})
    show.send_document(sim.house, sim.id, token(sim), "age", PDF, sim.now)
    show.mark(sim.house, sim.id, "bike", "age", needed=True, staff_name="Claire", now=sim.now)
    settle.claim(sim.house, sim.id, token(sim), {"conditions": "yes", "street": "1 rue X"}, sim.now)
    confirm(sim)
    send(sim)
    erase_everything_but_bike(sim)
    found = way(sim)
    assert (found.carrier, found.tracking, found.sent_on) == ("", "", "2026-12-09")
    with sim.store.read() as tx:
        assert handovers.shown(tx, sim.id, "bike", unit(sim).entrant) == {}


def erase_everything_but_bike(sim: Simulator) -> None:
    for name in ("mug-1", "mug-2"):
        confirm(sim, name)
    sim.go(6 * 366 * DAY)
    while tick(sim.house, Reach(), sim.now):
        pass


def test_a_declared_document_is_seen_before_the_prize_is_confirmed_and_its_file_goes_at_once(simulate_on: Make) -> None:
    sim = offered(simulate_on, awards={"documents": [AGE]})
    confirm(sim, "mug-1")
    with pytest.raises(Refused, match="proof of age"):
        confirm(sim)
    show.send_document(sim.house, sim.id, token(sim), "age", b"\xff\xd8\xff a first try", sim.now)
    show.send_document(sim.house, sim.id, token(sim), "age", PDF, sim.now)
    with pytest.raises(Refused, match="proof of age"):
        confirm(sim)
    opened = show.open_document(sim.house, sim.id, "bike", "age", staff_name="Claire", now=sim.now)
    assert opened == ("bike-age.pdf", "application/pdf", PDF)
    show.mark(sim.house, sim.id, "bike", "age", needed=True, staff_name="Claire", now=sim.now)
    with pytest.raises(NotFound):
        show.open_document(sim.house, sim.id, "bike", "age", staff_name="Claire", now=sim.now)
    with sim.store.read() as tx:
        row = handovers.shown(tx, sim.id, "bike", unit(sim).entrant)["age"]
        acts = [act.verb for act in views.actions(tx, sim.id) if act.detail.startswith("bike: age")]
    assert (row.data, row.outcome, row.seen_by, row.gone_at) == (b"", "seen", "Claire", None)
    assert sorted(acts) == ["document", "open-document"]
    confirm(sim)
    assert unit(sim).state == "confirmed"


@pytest.mark.parametrize("how", ["time", "forfeit", "erase"])
def test_a_file_that_nobody_looked_at_does_not_stay(simulate: Make, how: str) -> None:
    sim = offered(simulate, awards={"documents": [AGE], "lapse": "proposed"})
    entrant = unit(sim).entrant
    show.send_document(sim.house, sim.id, token(sim), "age", PDF, sim.now)
    if how == "time":
        assert not show.drop_old(sim.house, sim.go(KEPT_DAYS * DAY) - timedelta(seconds=1))
        assert tick(sim.house, Reach(), sim.now)
    elif how == "forfeit":
        settle.forfeit_award(
            sim.house, sim.id, "bike", reason="not-eligible", staff_name="Claire", note="No.", now=sim.now
        )
    else:
        erase.erase(sim.house, sim.id, entrant, sim.now)
    with sim.store.read() as tx:
        row = handovers.shown(tx, sim.id, "bike", entrant)["age"]
        assert (row.data, row.kind, row.gone_at) == (b"", "", None)
        assert handovers.waiting_files(tx) == set()
        counted = [(line.why, line.count) for line in personal.counted(tx, sim.id) if line.item == "_shown"]
    assert counted == [("request" if how == "erase" else "time", 1)]


@pytest.mark.parametrize("data", [b"", b"<html>", b"GIF89a", b"RIFF....WEBP", b"%PDF-" + bytes(LARGEST)])
def test_only_pictures_and_pdfs_of_a_size_are_taken(simulate: Make, data: bytes) -> None:
    sim = offered(simulate, awards={"documents": [AGE]})
    with pytest.raises(Refused, match="JPEG"):
        show.send_document(sim.house, sim.id, token(sim), "age", data, sim.now)


def test_a_document_is_taken_by_the_holders_link_and_for_what_is_asked_only(simulate: Make) -> None:
    sim = offered(simulate, awards={"documents": [AGE]})
    for link, document in (("no-such-link", "age"), (token(sim), "income"), (token(sim, "mug-1"), "age")):
        with pytest.raises(NotFound):
            show.send_document(sim.house, sim.id, link, document, PDF, sim.now)


def test_reminders_go_out_once_before_each_end(simulate_on: Make) -> None:
    sim = offered(simulate_on, awards={"remind_days": 2}, terms={"delivery_days": 10})
    settle.claim(sim.house, sim.id, token(sim, "mug-1"), {"conditions": "yes"}, sim.now)
    assert not remind_due(sim.house, sim.go(5 * DAY) - timedelta(minutes=1))
    assert remind_due(sim.house, sim.now) == 2
    assert remind_due(sim.house, sim.now) == 0
    assert (kinds(sim), kinds(sim, "mug-1")) == (["offer", "reminder"], ["offer"])
    with sim.store.read() as tx:
        reminder = handovers.notices(tx, sim.id, "bike")[1].mail
    assert reminder is not None
    assert f"/claim/{token(sim)}" in reminder.body
    confirm(sim)
    confirm(sim, "mug-2")
    send(sim, name="mug-2")
    sim.go(7 * DAY)
    assert remind_due(sim.house, sim.now) == 1
    with sim.store.read() as tx:
        mails = views.mails(tx, wanted="alice@organiser.example")
    assert [mail.kind for mail in mails] == ["due"]
    assert "/staff/c/sim/awards/bike" in mails[0].body
    assert "people.example" not in mails[0].body


def test_without_a_declared_delay_nobody_is_reminded(simulate: Make) -> None:
    sim = offered(simulate)
    assert not remind_due(sim.house, sim.go(6 * DAY))


@pytest.mark.parametrize(("lapse", "moved"), [("automatic", 3), ("proposed", 0)])
def test_an_offer_lapses_by_itself_or_waits_for_a_person(simulate: Make, lapse: str, moved: int) -> None:
    sim = offered(simulate, awards={"lapse": lapse})
    first = unit(sim).entrant
    sim.go(8 * DAY)
    assert sim.advance() == moved
    assert (unit(sim).entrant == first) is (lapse == "proposed")
    if lapse == "proposed":
        with sim.store.read() as tx:
            assert [(line.task, line.late) for line in todo(tx, sim.now, organiser=FIRST)] == [("lapsed", True)] * 3
        with pytest.raises(StageRefused):
            settle.claim(sim.house, sim.id, token(sim), {"conditions": "yes"}, sim.now)
        settle.forfeit_award(
            sim.house, sim.id, "bike", reason="no-answer", staff_name="Claire", note="Silence.", now=sim.now
        )
        assert unit(sim).entrant != first
        assert sim.state().units["bike"].state == "offered"


def test_each_unit_is_to_do_until_it_is_in_hand_or_formally_not(simulate_on: Make) -> None:
    sim = offered(simulate_on, awards={"documents": [AGE]}, terms={"delivery_days": 3})

    def tasks() -> dict[str, str]:
        with sim.store.read() as tx:
            return {line.unit: line.task + ("!" if line.late else "") for line in todo(tx, sim.now, sim.id)}

    assert tasks() == {"bike": "answer", "mug-1": "answer", "mug-2": "answer"}
    show.send_document(sim.house, sim.id, token(sim), "age", PDF, sim.now)
    settle.claim(sim.house, sim.id, token(sim), {"conditions": "yes"}, sim.now)
    assert tasks()["bike"] == "look"
    show.mark(sim.house, sim.id, "bike", "age", needed=False, staff_name="Claire", now=sim.now)
    assert tasks()["bike"] == "check"
    for name in ("bike", "mug-1", "mug-2"):
        confirm(sim, name)
    assert sim.stage == "settled"
    assert tasks() == {"bike": "send", "mug-1": "send", "mug-2": "send"}
    send(sim)
    sim.go(3 * DAY)
    assert tasks() == {"bike": "receive!", "mug-1": "send!", "mug-2": "send!"}
    deliver.note_received(sim.house, sim.id, "bike", note="", proof=("slip.pdf", PDF), staff_name="Claire", now=sim.now)
    deliver.withhold(
        sim.house, sim.id, "mug-1", reason="Never fetched; given to a charity.", staff_name="Claire", now=sim.now
    )
    assert tasks() == {"mug-2": "send!"}
    assert way(sim, "mug-1").withheld_by == "Claire"


def test_deadlines_stand_in_the_calendar_without_a_name(simulate: Make) -> None:
    sim = offered(simulate, terms={"delivery_days": 5})
    from contests.flows.sign_in import add_staff
    from contests.store import staff

    add_staff(
        sim.house, "claire@staff.example", name="Claire", role="manager", password="a long enough one", now=sim.now
    )
    with sim.store.read() as tx:
        claire = staff.by_email(tx, "claire@staff.example")
    assert claire is not None
    confirm(sim)
    found = calendar(sim.house, renew(sim.house, claire.id, FIRST), sim.now)
    assert found is not None
    assert "Remise due pour 1 lot" in found.decode()
    assert way(sim).due_at == sim.now + 5 * DAY
    assert b"DTSTART:20261213T11" in found
    assert b"people.example" not in found


@pytest.mark.parametrize(
    ("sending", "where"),
    [
        (Sending(on="", carrier="Colissimo"), "on"),
        (Sending(on="2026-13-01", carrier="Colissimo"), "on"),
        (Sending(on="2099-01-01", carrier="Colissimo"), "on"),
        (Sending(on="0001-01-01", carrier="Colissimo"), "on"),
        (Sending(on="2026-12-07", carrier="Colissimo"), "on"),
        (Sending(on="20261209", carrier="Colissimo"), "on"),
        (Sending(on="2026-12-09", carrier=" "), "carrier"),
        (Sending(on="2026-12-09", carrier="C" * 121), "carrier"),
        (Sending(on="2026-12-09", carrier="Colissimo", tracking="6" * 121), "tracking"),
        (Sending(on="2026-12-09", carrier="Colissimo", value="5"), "value"),
    ],
)
def test_a_sending_without_its_facts_is_refused(simulate: Make, sending: Sending, where: str) -> None:
    sim = offered(simulate)
    confirm(sim)
    with pytest.raises(Refused) as refused:
        send(sim, sending)
    assert refused.value.where == where
    assert way(sim).sent_on == ""


@pytest.mark.parametrize(("said", "code"), [(" ", "needed"), ("é" * 2001, "too-long")])
def test_what_the_staff_say_of_an_act_is_noted_whole_or_refused(simulate: Make, said: str, code: str) -> None:
    sim = offered(simulate)
    who: Any = {"staff_name": "Claire", "now": sim.now}
    house, campaign = sim.house, sim.id
    acts: list[Callable[[], object]] = [
        lambda: settle.confirm_award(house, campaign, "bike", note=said, **who),
        lambda: settle.forfeit_award(house, campaign, "bike", reason="not-eligible", note=said, **who),
        lambda: deliver.withhold(house, campaign, "bike", reason=said, **who),
        lambda: deliver.name_as_asked(house, campaign, "bike", "", note=said, **who),
        lambda: deliver.note_received(house, campaign, "bike", note=said, proof=("", b""), **who),
        lambda: moderate.void(house, campaign, reason=said, **who),
        lambda: moderate.reinstate(house, campaign, "0" * 32, note=said, **who),
        lambda: erase.erase(house, campaign, unit(sim).entrant, sim.now, erase.Staff("Claire", said)),
        lambda: minutes.annul(house, campaign, 1, reason=said, **who),
    ]
    before = sim.bundle(), actions_of(sim)
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code.endswith(code)
        assert refused.value.where in {"note", "reason", "proof"}
    assert (sim.bundle(), actions_of(sim)) == before


def actions_of(sim: Simulator) -> int:
    with sim.store.read() as tx:
        return len(views.actions(tx, sim.id))


def test_no_prize_leaves_to_a_minor_without_a_parents_consent(simulate: Make) -> None:
    """Where the rules admit minors somebody says which of the two it is (legal FR10)."""
    sim = offered(simulate, rules=ADULTS[:1])
    confirm(sim)
    with pytest.raises(Refused, match="adult"):
        send(sim)
    send(sim, Sending(on="2026-12-09", carrier="by hand", guardian=True))
    assert way(sim).guardian


def test_an_unconfirmed_prize_is_not_sent_and_a_proof_is_asked(simulate: Make) -> None:
    sim = offered(simulate)
    with pytest.raises(StageRefused):
        send(sim)
    confirm(sim)
    with pytest.raises(Refused):
        deliver.note_received(sim.house, sim.id, "bike", note=" ", proof=("", b""), staff_name="C", now=sim.now)
    with pytest.raises(Refused):
        deliver.withhold(sim.house, sim.id, "bike", reason=" ", staff_name="C", now=sim.now)
    assert way(sim).received_at is None
    assert way(sim).withheld_at is None


def test_the_person_finds_it_all_among_their_data(simulate: Make) -> None:
    sim = offered(simulate, awards={"documents": [AGE]})
    show.send_document(sim.house, sim.id, token(sim), "age", PDF, sim.now)
    with sim.store.read() as tx:
        data = held(tx, sim.id, unit(sim).entrant).data
    assert data["awards"][0]["handover"]["documents"] == [{"document": "age", "file_held": True, "seen_at": None}]


def test_what_a_person_had_from_one_sponsor_in_a_year_counts_together(simulate: Make) -> None:
    sim = simulate(rules=ADULTS)
    for slug in ("sim", "again", "other"):
        if slug != "sim":
            who = {"name": "Bob SA"} if slug == "other" else {}
            sim.definition_data |= {"slug": slug, "organiser": sim.definition_data["organiser"] | who}
            sim.now = START
            sim.publish()
        sim.enter("alice")
        sim.freeze()
        sim.draw()
        sim.advance()
        confirm(sim)
        with sim.store.read() as tx:
            standing = campaigns.standing(tx, sim.id)
            person = entries.entrant(tx, unit(sim).entrant)
            assert person is not None
            found = of_the_year(tx, standing, person.person, "EUR", 2026)
            assert of_the_year(tx, standing, person.person, "USD", 2026) == 0
            assert of_the_year(tx, standing, person.person, "EUR", 2025) == 0
            assert of_the_year(tx, standing, "bob@people.example", "EUR", 2026) == 0
        assert found == {"sim": 500, "again": 1000, "other": 500}[slug]
