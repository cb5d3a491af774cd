"""Receipts that people keep: the page's code and link, the file in the mail, the mailbox of a demonstration."""

import base64
import re
from datetime import timedelta
from typing import Any

from post_office import Office
from visitor import Open, Site

from contests.flows import moderate, settle
from contests.flows.mailing import send_due
from contests.journal.merkle import leaf_hash
from contests.journal.note import parse_vkey
from contests.journal.receipt import parse_receipt, verify_receipt
from contests.papers.clauses import CLAUSES
from contests.papers.qr import qr_address
from contests.senders.smtp import Server
from contests.settings import Settings
from contests.store import draws, views


def attachments(letter: Any) -> dict[str, Any]:
    """Return the attached files by name."""
    return {part.get_filename(): part for part in letter.iter_attachments()}


def test_a_withdrawal_pressed_twice_is_one(site: Site) -> None:
    site.sim.enter("alice")
    address = f"/c/sim/receipt/{site.sim.receipts['alice'].token}"
    for _ in range(2):
        assert site.client.post(f"{address}/withdraw", follow_redirects=False).status_code == 303
    assert site.sim.state().counts["withdrawn"] == 1


def test_the_mail_carries_a_receipt_that_verifies(site: Site, office: tuple[Office, Server]) -> None:
    handler, server = office
    answer = site.enter("alice")
    assert send_due(site.sim.house, server, site.sim.now) == 1
    (letter,) = handler.letters
    ((name, part),) = attachments(letter).items()
    assert name == "sim-1.tlog-proof"
    assert part.get_content_type() == "text/plain"
    data = part.get_payload(decode=True)
    receipt = parse_receipt(data)
    checkpoint = verify_receipt(receipt, parse_vkey(site.client.get("/c/sim/journal/vkey").text))
    assert (receipt.index, checkpoint.size) == (1, 2)
    assert data == answer.content, "the very bytes that the page gave"
    assert "joint à ce message" in letter.get_body().get_content()


def test_a_receipt_sent_late_stands_under_the_latest_checkpoint(site: Site, office: tuple[Office, Server]) -> None:
    handler, server = office
    site.sim.enter(*[f"p{n}" for n in range(300)])
    site.sim.go(timedelta(hours=1))
    site.sim.enter("late")
    while send_due(site.sim.house, server, site.sim.now):
        pass
    vkey = parse_vkey(site.client.get("/c/sim/journal/vkey").text)
    assert len(handler.letters) == 301
    places = set()
    for letter in handler.letters:
        ((_, part),) = attachments(letter).items()
        receipt = parse_receipt(part.get_payload(decode=True))
        assert verify_receipt(receipt, vkey).size == 302
        places.add(receipt.index)
    assert places == set(range(1, 302))


def test_other_mails_carry_nothing(open_site: Open, office: tuple[Office, Server]) -> None:
    handler, server = office
    site = open_site()
    site.enter("alice", altcha="")
    assert send_due(site.sim.house, server, site.sim.now) == 1
    assert attachments(handler.letters[0]) == {}


def test_a_confirmed_entry_is_mailed_its_receipt(open_site: Open, office: tuple[Office, Server]) -> None:
    handler, server = office
    site = open_site()
    site.enter("alice", altcha="")
    with site.sim.store.read() as tx:
        link = re.search(r"/c/sim/confirm/\w+", views.mails(tx)[0].body)
    assert link
    site.client.post(link[0], follow_redirects=False)
    assert send_due(site.sim.house, server, site.sim.now) == 2
    (received,) = (letter for letter in handler.letters if attachments(letter))
    assert list(attachments(received)) == ["sim-1.tlog-proof"]


def test_the_page_shows_a_code_and_the_link_that_checks_the_record(site: Site) -> None:
    answer = site.enter("alice")
    receipt = parse_receipt(answer.content)
    digest = base64.urlsafe_b64encode(leaf_hash(receipt.record)).decode().rstrip("=")
    assert len(digest) == 43
    link = f"{site.sim.house.url}/c/sim/verify#i=1&h={digest}"
    page = site.client.get(answer.headers["location"]).text
    assert f'href="{link.replace("&", "&amp;")}"' in page
    assert qr_address(link) in page
    assert re.search(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="[^"]+"', page)
    assert "alice" not in link


def test_the_mailbox_of_a_demonstration_shows_the_attached_file(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, mailbox=True))
    answer = site.enter("alice")
    page = site.client.get("/mailbox").text
    found = re.search(r'<a href="(/mailbox/\d+/receipt)">sim-1\.tlog-proof</a>', page)
    assert found
    saved = site.client.get(found[1])
    assert saved.content == answer.content
    assert saved.headers["content-disposition"] == 'attachment; filename="sim-1.tlog-proof"'
    assert site.client.get("/mailbox/9223372036854775808/receipt").status_code == 404
    assert site.client.get("/mailbox/0/receipt").status_code == 404


def test_no_mailbox_no_file(site: Site) -> None:
    site.enter("alice")
    assert site.client.get("/mailbox/1/receipt").status_code == 404


def test_who_is_excluded_reads_why_and_under_which_article(site: Site) -> None:
    site.sim.enter("alice")
    link = f"/c/sim/receipt/{site.sim.receipts['alice'].token}"
    moderate.exclude(
        site.sim.house, site.sim.id, site.sim.receipts["alice"].entrant, reason="automation", note="A robot.", evidence=("", b""),
        staff_name="Zoé", now=site.sim.now,
    )  # fmt: skip
    page = site.client.get(link).text
    assert CLAUSES["automation"].text.fr in page.replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r"article \d+(\.\d+)? du règlement", page.replace("\N{NO-BREAK SPACE}", " "))
    assert "A robot." not in page, "the facts are the organiser's own"


def test_a_receipt_says_how_the_prize_stands(site: Site) -> None:
    link = site.enter("alice").headers["location"]
    site.sim.freeze()
    site.sim.draw()
    settle.advance(site.sim.house, site.sim.id, site.sim.now)
    assert "provisoire" in site.client.get(link).text
    with site.sim.store.read() as tx:
        unit = next(award.unit for award in draws.awards(tx, site.sim.id) if award.entrant)
    prize = site.sim.campaign.prize_of(unit).title["fr"]
    assert prize in site.client.get(link).text
    settle.confirm_award(site.sim.house, site.sim.id, unit, staff_name="Zoé", note="Checked.", now=site.sim.now)
    page = site.client.get(link).text
    assert "le lot est à vous" in page
    assert "provisoire, sous" not in page
