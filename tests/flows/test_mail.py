"""Mail to a real SMTP server on the loopback, from the outbox, with retries."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from post_office import Office
from simulator import Make
from sqlmodel import update

from contests import worker
from contests.campaign.definition import Source
from contests.errors import Malformed
from contests.flows.house import House
from contests.flows.mailing import send_due
from contests.flows.notify import letter, mail
from contests.senders.smtp import Server, compose, parse_server
from contests.store import campaigns, views
from contests.store.tables import OutboxRow
from contests.worker import Reach


def test_a_confirmation_reaches_its_person_once(simulate: Make, office: tuple[Office, Server]) -> None:
    handler, server = office
    sim = simulate(rules=[{"kind": "residence", "countries": ["FR"]}, {"kind": "confirmed-email"}])
    sim.enter("alice", "bob")
    assert send_due(sim.house, server, sim.now) == 2
    assert send_due(sim.house, server, sim.now + timedelta(days=1)) == 0
    assert sorted(handler.sent_to) == ["alice@people.example", "bob@people.example"]
    letter = handler.letters[0]
    assert letter["subject"] == "[Répétition] Confirmez votre participation\N{NO-BREAK SPACE}: Jeu simulé"
    assert letter["auto-submitted"] == "auto-generated"
    assert "https://sim.example/c/sim/confirm/" in letter.get_content()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", ["received", "confirm"])
def test_a_letter_to_many_is_for_each_of_them_the_mail_it_would_have_been(
    simulate: Make, kind: str, language: str
) -> None:
    title = "{place} \\0link\\0 100 % ; gagné ? {link}"
    sim = simulate(title={"fr": title, "en": title}, languages=["fr", "en"])
    with sim.store.read() as tx:
        definition = campaigns.standing(tx, sim.id).definition
    dates = {"closes": "demain", "draws": "mardi"}
    shared = letter("https://sim.example", kind, sim.id, definition, language, **dates)
    for name, place in (("alice", 7), ("bob", 123456)):
        link, recipient = f"https://sim.example/c/sim/receipt/{name}", f"{name}@people.example"
        own = mail(
            "https://sim.example", kind, sim.id, definition, recipient=recipient, language=language, now=sim.now,
            link=link, place=str(place), **dates,
        )  # fmt: skip
        assert shared.to(recipient, link, sim.now, place) == own | {"place": place}
        assert link in own["body"]


def test_a_refused_mail_is_kept_and_sent_later_and_its_address_is_not_logged(
    simulate: Make, office: tuple[Office, Server], caplog: pytest.LogCaptureFixture
) -> None:
    handler, server = office
    sim = simulate()
    sim.enter("alice")
    handler.refuse = "451 try again, alice@people.example"
    assert send_due(sim.house, server, sim.now) == 0
    assert "alice" not in caplog.text
    with sim.store.read() as tx:
        assert views.unsent(tx, sim.id) == (1, 0)
        assert "alice" not in views.mails(tx)[0].error
    handler.refuse = ""
    assert send_due(sim.house, server, sim.now) == 0, "not before its time"
    assert send_due(sim.house, server, sim.now + timedelta(minutes=1)) == 1


def test_a_server_that_is_down_loses_nothing(simulate: Make) -> None:
    sim = simulate()
    sim.enter("alice")
    down = Server("smtp", "127.0.0.1", 1, "x@organiser.example")
    assert send_due(sim.house, down, sim.now) == 0
    with sim.store.read() as tx:
        assert views.unsent(tx, sim.id) == (1, 0)


@pytest.mark.parametrize("url", ["", "mail.example", "http://mail.example", "smtp://"])
def test_another_address_of_a_mail_server_is_refused(url: str) -> None:
    with pytest.raises(Malformed, match="CONTESTS_SMTP"):
        parse_server(url, "x@organiser.example")


def test_a_password_in_the_address_is_read_and_not_shown() -> None:
    server = parse_server("smtps://jeux:p%40ss@mail.example", "x@organiser.example")
    assert (server.user, server.password, server.port) == ("jeux", "p@ss", 465)


@pytest.mark.parametrize("header", ["a\nBcc: eve@evil.example", "a\r\nX: y"])
def test_a_line_end_cannot_add_a_header(header: str) -> None:
    with pytest.raises(ValueError, match="line"):
        compose("x@organiser.example", "y@people.example", header, "body")


def test_a_slow_mail_server_holds_up_no_draw(simulate: Make, office: tuple[Office, Server]) -> None:
    handler, server = office
    sim = simulate()
    sim.enter("alice", "bob", "carol")
    with sim.store.write() as tx:
        tx.execute(
            update(OutboxRow).values(due_at=datetime.now(UTC) - timedelta(minutes=1))
        )  # the worker reads the clock
    entered, leave = threading.Event(), threading.Event()
    taken = handler.handle_DATA

    async def slow(*told: Any) -> str:
        entered.set()
        while not leave.is_set():  # noqa: ASYNC110 - set in another thread
            await asyncio.sleep(0.01)
        return await taken(*told)

    handler.handle_DATA = slow  # type: ignore[method-assign, assignment]
    stop, ticked = threading.Event(), threading.Event()

    def look(house: House, reach: Reach, now: datetime) -> int:
        if entered.is_set():
            ticked.set()
        return 0

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(worker, "tick", look)
        running = threading.Thread(target=worker.run, args=(sim.house, Reach(mail=server), stop, 0.01))
        running.start()
        try:
            assert ticked.wait(20), "while a letter was being handed over"
        finally:
            stop.set()
            leave.set()
            running.join()
    with sim.store.read() as tx:
        marked = [mail.recipient for mail in views.mails(tx) if mail.sent_at]
    assert marked == handler.sent_to, "what was handed over when the worker stopped is marked so, and no more was begun"
    assert len(marked) == 1


@pytest.mark.parametrize("source", ["rehearsal", "drand"])
@pytest.mark.parametrize("kind", ["received", "confirm"])
def test_every_mail_of_a_rehearsal_says_that_nothing_can_be_won(simulate: Make, kind: str, source: Source) -> None:
    definition = simulate().campaign
    definition = msgspec.structs.replace(definition, draw=msgspec.structs.replace(definition.draw, source=source))
    written = letter("https://x.example", kind, "c", definition, "fr", closes="demain", draws="demain")
    assert written.subject.startswith("[Répétition] ") == (source == "rehearsal")
    assert ("ne fait rien gagner" in written.body) == (source == "rehearsal")
