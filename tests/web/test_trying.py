"""The rule tester: it says what the door would say, in words, and writes nothing."""

import re
from typing import Any

import pytest
from simulator import DEFINITION
from visitor import Open, Site

from contests.audit.bundle import open_bytes
from contests.audit.verify import verify
from contests.campaign.trial import Judged, Trial, judge
from contests.codec import canonical
from contests.flows.enter import Accepted, Pending, enter

CHANNELS = [{"id": name, "title": {"fr": name, "en": name}} for name in ("shop", "stand")]
BONUS = [{"kind": "second-channel", "tickets": 3, "cap": 5}]
RESIDENCE = {"kind": "residence", "countries": ["FR", "LU"]}


def same_case(site: Site, typed: dict[str, str], *, checked: bool) -> Trial:
    """Return the case of somebody who sends what `alice` would."""
    values = {"email": "alice@people.example", "country": "FR", "rules": "1", **typed}
    return Trial(values=values, at=site.sim.now, checked=checked)


def at_the_door(site: Site, proof: str = "valid", **typed: str) -> tuple[str, int]:
    """Return what the engine does with the same person, in the same words."""
    submission = site.sim.submission("alice", **typed)
    replaced = type(submission)(answers=submission.answers, email=submission.email, at=site.sim.now, proof=proof)  # type: ignore[arg-type]
    result = enter(site.sim.house, site.sim.id, [replaced])[0]
    if isinstance(result, Accepted):
        return "accepted", result.tickets
    return ("pending", 0) if isinstance(result, Pending) else ("declined", 0)


def fate(judged: Judged) -> tuple[str, int]:
    return judged.fate, judged.tickets


@pytest.mark.parametrize(
    ("changes", "earlier", "proof", "typed"),
    [
        ({}, {}, "valid", {}),
        ({}, {}, "none", {}),
        ({}, {}, "valid", {"country": "BE"}),
        ({}, {"via": "page"}, "valid", {}),
        ({}, {"via": "page"}, "none", {}),
        ({"bonuses": BONUS}, {"via": "page"}, "valid", {"via": "shop"}),
        ({"bonuses": BONUS}, {"via": "shop"}, "valid", {"via": "shop"}),
        ({"bonuses": BONUS}, {"via": "page"}, "valid", {"via": "shop", "country": "BE"}),
        ({"rules": [{"kind": "confirmed-email"}, RESIDENCE]}, {}, "valid", {}),
        ({"rules": [{"kind": "one-per-day"}, RESIDENCE]}, {"via": "page"}, "valid", {}),
    ],
)
def test_the_tester_says_what_the_door_does(
    open_site: Open, changes: dict[str, Any], earlier: dict[str, str], proof: str, typed: dict[str, str]
) -> None:
    site = open_site(channels=CHANNELS, **changes)
    site.sim.now = site.sim.campaign.opens_at
    if earlier:
        assert at_the_door(site, **earlier) == ("accepted", 1)
    trial = same_case(site, typed, checked=proof == "valid")
    if earlier:
        trial = Trial(
            values=trial.values, at=trial.at, checked=trial.checked, earlier=1, today=1, earlier_channel=earlier["via"]
        )
    assert fate(judge(site.sim.campaign, trial)) == at_the_door(site, proof, **typed)


def form(site: Site, csrf: str, **changes: str) -> dict[str, str]:
    """Return the tester's form as filled in."""
    return {
        "csrf": csrf, "email": "alice@people.example", "country": "FR", "rules": "1", "case-at": "2026-12-02T10:00",
        "case-checked": "on", "case-confirmed": "on", **changes,
    }  # fmt: skip


def said(answer: Any) -> str:
    assert answer.status_code in {200, 422}
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_every_rule_answers_in_words_and_the_tickets_are_told(site: Site) -> None:
    csrf = site.sign_in()
    good = said(site.client.post("/staff/c/sim/try?lang=en", data=form(site, csrf)))
    assert "Accepted: 1 ticket" in good
    assert all(rule.sentence()("en") in good for rule in site.sim.campaign.rules)
    abroad = said(site.client.post("/staff/c/sim/try?lang=en", data=form(site, csrf, country="ZZ")))
    assert "Declined: no ticket" in abroad
    assert "The contest is open to people who live in: France, Luxembourg." in abroad
    again = said(site.client.post("/staff/c/sim/try?lang=en", data=form(site, csrf, **{"case-earlier": "1"})))
    assert "This person has already entered" in again


def test_a_time_is_local_to_the_campaign(site: Site) -> None:
    csrf = site.sign_in()
    # It opens at 9 in Paris, at 8 in UTC.
    before = said(
        site.client.post("/staff/c/sim/try?lang=en", data=form(site, csrf, **{"case-at": "2026-12-01T08:59"}))
    )
    after = said(site.client.post("/staff/c/sim/try?lang=en", data=form(site, csrf, **{"case-at": "2026-12-01T09:00"})))
    assert "Declined" in before
    assert "Accepted" in after


@pytest.mark.parametrize(
    "bad", [{"case-at": "soon"}, {"case-at": "0001-01-01T00:00+14:00"}, {"case-earlier": "-1"}, {"case-today": "1e9"}]
)
def test_what_cannot_be_read_is_named_and_what_was_typed_is_kept(site: Site, bad: dict[str, str]) -> None:
    csrf = site.sign_in()
    answer = site.client.post("/staff/c/sim/try?lang=en", data=form(site, csrf, **bad))
    assert answer.status_code == 422
    assert "was expected" in answer.text or "were expected" in answer.text
    assert 'value="alice@people.example"' in answer.text


def test_trying_writes_nothing_and_sends_nothing(site: Site) -> None:
    csrf = site.sign_in()
    size = site.sim.state().size
    for _ in range(2):
        assert "Acceptée" in said(site.client.post("/staff/c/sim/try?lang=fr", data=form(site, csrf)))
    assert site.sim.state().size == size


def test_the_right_answer_of_a_published_question_is_known(open_site: Open) -> None:
    question = {"kind": "closed-question", "question": {"fr": "2+2 ?", "en": "2+2?"}, "answers": ["quatre", "four"]}
    site = open_site(rules=[RESIDENCE, question])
    csrf = site.sign_in()
    right = said(site.client.post("/staff/c/sim/try?lang=en", data=form(site, csrf, answer="Four")))
    wrong = said(site.client.post("/staff/c/sim/try?lang=en", data=form(site, csrf, answer="five")))
    assert "Accepted: 1 ticket" in right
    assert "That is not the right answer" in wrong


def test_nobody_tries_without_signing_in_or_without_the_token(site: Site) -> None:
    assert site.client.get("/staff/c/sim/try", follow_redirects=False).status_code == 303
    assert site.client.post("/staff/c/sim/try", data={}, follow_redirects=False).status_code == 303
    site.sign_in()
    assert site.client.post("/staff/c/sim/try", data=form(site, "")).status_code == 403


def rows_of(site: Site) -> dict[str, list[Any]]:
    """Return every row of the site's database, but for the sessions of staff."""
    from sqlalchemy import MetaData, select

    found = MetaData()
    with site.sim.store.engine.connect() as connection:
        found.reflect(connection)
        return {name: sorted(map(repr, connection.execute(select(table)))) for name, table in found.tables.items()}


@pytest.fixture
def drafted(site: Site) -> tuple[Site, str]:
    """A site with a draft beside the published campaign, and the token of its manager's forms."""
    csrf = site.sign_in()
    text = canonical(DEFINITION | {"slug": "other"}).decode()
    answer = site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": text}, follow_redirects=False)
    assert answer.headers["location"] == "/staff/c/other"
    return site, csrf


def test_a_rehearsal_tells_everything_and_does_not_touch_the_database(drafted: tuple[Site, str]) -> None:
    site, csrf = drafted
    assert site.client.get("/staff/c/other/rehearse").status_code == 200
    before = rows_of(site)
    answer = site.client.post("/staff/c/other/rehearse?lang=en", data={"csrf": csrf})
    text = said(answer)
    assert "Everything holds" in text
    assert "15. Identities of the people drawn" in text
    assert 'data-text="REHEARSAL"' in answer.text
    bundle = site.client.get("/staff/c/other/rehearse/bundle.zip")
    with open_bytes(bundle.content) as opened:
        assert verify(opened).level == "rehearsal"
    assert 'filename="other-REHEARSAL-bundle.zip"' in bundle.headers["content-disposition"]
    for code in ("fr", "en"):
        assert site.client.get(f"/staff/c/other/rehearse/minutes-{code}.pdf").content.startswith(b"%PDF-")
    assert site.client.get("/staff/c/other/rehearse/minutes-de.pdf").status_code == 404
    assert rows_of(site) == before


def test_only_a_draft_is_rehearsed(drafted: tuple[Site, str]) -> None:
    site, csrf = drafted
    assert site.client.get("/staff/c/sim/rehearse").status_code == 409
    assert site.client.post("/staff/c/sim/rehearse", data={"csrf": csrf}).status_code == 409
    assert site.client.get("/staff/c/sim/rehearse/bundle.zip").status_code == 409
    assert site.client.post("/staff/c/other/rehearse", data={}).status_code == 403


def test_a_draft_that_the_linter_blocks_says_what_to_mend_first(site: Site) -> None:
    csrf = site.sign_in()
    text = canonical(DEFINITION | {"slug": "other", "forfeits": []}).decode()
    site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": text})
    answer = site.client.post("/staff/c/other/rehearse?lang=en", data={"csrf": csrf})
    assert answer.status_code == 422
    assert "Mend the definition" in answer.text


def test_the_rules_of_a_draft_can_be_tried(drafted: tuple[Site, str]) -> None:
    site, csrf = drafted
    assert site.client.get("/staff/c/other/try").status_code == 200
    assert "Accepted: 1 ticket" in said(site.client.post("/staff/c/other/try?lang=en", data=form(site, csrf)))
