"""Mail to a real SMTP server on the loopback, from the outbox, with retries."""

from datetime import timedelta

import pytest
from post_office import Office
from simulator import Make

from contests.errors import Malformed
from contests.senders.smtp import Server, compose, parse_server
from contests.store import views
from contests.worker import Reach, send_mail


def test_a_confirmation_reaches_its_person_once(simulate: Make, office: tuple[Office, Server]) -> None:
    handler, server = office
    sim = simulate(rules=[{"kind": "residence", "countries": ["FR"]}, {"kind": "confirmed-email"}])
    sim.enter("alice", "bob")
    assert send_mail(sim.house, Reach(mail=server), sim.now) == 2
    assert send_mail(sim.house, Reach(mail=server), sim.now + timedelta(days=1)) == 0
    assert sorted(handler.sent_to) == ["alice@people.example", "bob@people.example"]
    letter = handler.letters[0]
    assert letter["subject"] == "Confirmez votre participation\N{NO-BREAK SPACE}: Jeu simulé"
    assert letter["auto-submitted"] == "auto-generated"
    assert "https://sim.example/c/sim/confirm/" in letter.get_content()


def test_a_refused_mail_is_kept_and_sent_later_and_its_address_is_not_logged(
    simulate: Make, office: tuple[Office, Server], caplog: pytest.LogCaptureFixture
) -> None:
    handler, server = office
    sim = simulate()
    sim.enter("alice")
    handler.refuse = "451 try again, alice@people.example"
    assert send_mail(sim.house, Reach(mail=server), sim.now) == 0
    assert "alice" not in caplog.text
    with sim.store.read() as tx:
        assert views.unsent(tx, sim.id) == (1, 0)
        assert "alice" not in views.mails(tx)[0].error
    handler.refuse = ""
    assert send_mail(sim.house, Reach(mail=server), sim.now) == 0, "not before its time"
    assert send_mail(sim.house, Reach(mail=server), sim.now + timedelta(minutes=1)) == 1


def test_a_server_that_is_down_loses_nothing(simulate: Make) -> None:
    sim = simulate()
    sim.enter("alice")
    down = Server("smtp", "127.0.0.1", 1, "x@organiser.example")
    assert send_mail(sim.house, Reach(mail=down), sim.now) == 0
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
