"""The moderation queue over HTTP: signals in words, many decided on at once, the last decision taken back."""

import re
from typing import Any

import msgspec
import pytest
from visitor import Open, Site

from contests.flows.enter import Accepted, enter
from contests.settings import Settings
from contests.web.limits import limits_of, network_of

QUEUE = "/staff/c/sim/queue"


def mark(site: Site, *names: str, marks: tuple[str, ...] = ("trap",)) -> list[str]:
    """Let people in with marks; return their pseudonyms."""
    sent = [msgspec.structs.replace(site.sim.submission(name), marks=marks) for name in names]
    found = enter(site.sim.house, site.sim.id, sent)
    return [result.entrant for result in found if isinstance(result, Accepted)]


def post(site: Site, csrf: str, **form: str) -> Any:
    return site.client.post(f"{QUEUE}?lang=en", data={"csrf": csrf, **form}, follow_redirects=False)


def ticked(*people: str) -> dict[str, str]:
    return {f"who:{person}": "on" for person in people}


def states(site: Site) -> dict[str, int]:
    counts = site.sim.state().counts
    return {name: counts[name] for name in ("excluded", "reinstated")}


def test_the_list_says_in_words_what_points_to_whom_and_the_counts_add_up(site: Site) -> None:
    site.sim.enter("zoe", "yann")
    mark(site, "alice", marks=("trap", "too-fast"))
    mark(site, "bob", marks=("none-proof",))
    site.sign_in("moderator")
    english, french = (site.client.get(f"{QUEUE}?lang={language}").text for language in ("en", "fr"))
    assert re.findall(r"\w+@people\.example</a><p", english) == [
        "alice@people.example</a><p",
        "bob@people.example</a><p",
    ]
    for words in ("Hidden field filled in", "Filled in too fast", "Sent without JavaScript"):
        assert words in english
    assert "Champ caché rempli" in french
    assert re.findall(r"<strong>(\d+)</strong>", english) == ["4", "4", "0", "0"]
    only = site.client.get(f"{QUEUE}?signal=none-proof&lang=en").text
    assert "bob@" in only
    assert "alice@" not in only
    assert "a weak sign by itself" in only
    assert "1 person to look at" not in site.client.get("/staff?lang=en").text
    assert "2 people to look at" in site.client.get("/staff?lang=en").text


def test_several_are_excluded_in_one_act_and_put_back(site: Site) -> None:
    alice, bob, _ = mark(site, "alice", "bob", "carol")
    csrf = site.sign_in("moderator")
    answer = post(site, csrf, do="exclude", reason="automation", note="One program.", **ticked(alice, bob))
    assert answer.headers["location"] == QUEUE
    assert states(site) == {"excluded": 2, "reinstated": 0}
    page = site.client.get(f"{QUEUE}?lang=en").text
    assert "2 people excluded" in page
    assert "carol@" in page
    assert "alice@" not in page
    legal = site.client.get("/staff/c/sim/legal?lang=en").text
    assert legal.count('<span class="who">Moderator</span>') == 2
    decision = re.search(r'name="decision" value="(\w+)"', page)
    assert decision
    assert post(site, csrf, do="undo", decision=decision[1]).status_code == 303
    assert states(site) == {"excluded": 2, "reinstated": 2}
    assert "alice@" in site.client.get(QUEUE).text


def test_everybody_with_a_signal_is_decided_on_but_only_as_the_list_was_shown(site: Site) -> None:
    mark(site, *(f"p{n}" for n in range(60)))
    mark(site, "alice", marks=("too-fast",))
    csrf = site.sign_in("moderator")
    page = site.client.get(f"{QUEUE}?signal=trap&lang=en").text
    assert "Decide on all 60 people with this signal, on every page" in page
    assert "Page 1 of 2" in page
    assert len(re.findall(r'name="who:', page)) == 50
    form = {"do": "exclude", "reason": "abuse", "note": "A bot.", "signal": "trap", "all": "1"}
    answer = post(site, csrf, **form, listed="59")
    assert answer.status_code == 409
    assert "It has changed since" in answer.text
    assert "A bot." in answer.text
    assert states(site)["excluded"] == 0
    assert post(site, csrf, **form, listed="60").status_code == 303
    assert states(site)["excluded"] == 60
    assert "alice@" in site.client.get(QUEUE).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"do": "exclude", "reason": "abuse", "note": "x"}, "At least one ticked person"),
        ({"do": "keep"}, "At least one ticked person"),
        ({"do": "exclude", "reason": "", "note": "x", "tick": "1"}, "A reason from the list"),
        ({"do": "exclude", "reason": "abuse", "note": " ", "tick": "1"}, "The facts in a sentence"),
        ({"do": "undo", "decision": "0"}, "The last decision was expected"),
    ],
)
def test_a_decision_that_lacks_something_changes_nothing_and_keeps_the_ticks(
    site: Site, form: dict[str, str], said: str
) -> None:
    (alice,) = mark(site, "alice")
    csrf = site.sign_in("moderator")
    form = dict(form)
    if form.pop("tick", ""):
        form |= ticked(alice)
    answer = post(site, csrf, **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'id="t-{alice}"' in answer.text
    assert (f'name="who:{alice}" value="on" checked' in answer.text) is (f"who:{alice}" in form)
    assert states(site) == {"excluded": 0, "reinstated": 0}


def test_with_four_eyes_a_bulk_exclusion_waits_for_a_second_person(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, four_eyes="exclude"))
    people = mark(site, "alice", "bob")
    csrf = site.sign_in("moderator")
    answer = post(site, csrf, do="exclude", reason="automation", note="One program.", **ticked(*people))
    assert answer.headers["location"] == "/staff/c/sim/waiting"
    assert states(site)["excluded"] == 0
    assert site.client.get(f"{QUEUE}?lang=en").text.count("Waits for a second person") == 2
    assert "Waits for a second person" in site.client.get(f"/staff/c/sim/entrants/{people[0]}?lang=en").text
    page = site.client.get("/staff/c/sim/waiting").text
    assert "alice@" in page
    assert "bob@" in page


def test_after_the_draw_winners_come_first_and_nobody_is_excluded_or_put_back(site: Site) -> None:
    (bot,) = mark(site, "bot")
    site.sim.enter(*"abcdef")
    csrf = site.sign_in("moderator")
    post(site, csrf, do="exclude", reason="automation", note="x", **ticked(bot))
    mark(site, "alice", marks=("too-fast",))
    site.sim.draw_all()
    site.client.cookies.clear()
    site.sign_in("moderator")
    page = site.client.get(f"{QUEUE}?lang=en").text
    assert "Winners and alternates first" in page
    assert page.index("Winners and alternates first") < page.index("Still to look at")
    ranks = re.findall(r'<td class="num lead">(\d+)</td><th scope="row">', page)
    assert ranks == [str(n) for n in range(1, 7)]
    assert page.count('<a href="/staff/c/sim/awards">') == 4
    assert "can no longer be undone" in page
    assert 'value="undo"' not in page
    assert 'value="exclude"' not in page
    assert 'value="keep"' in page


def test_a_burst_from_one_network_marks_the_next_ones_and_drops_none(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, limit_burst="2/minute"))
    for name in ("alice", "bob", "carol"):
        assert site.enter(name).status_code == 303
    site.sign_in("moderator")
    page = site.client.get(f"{QUEUE}?signal=burst&lang=en").text
    assert re.findall(r"(\w+)@people\.example</a><p", page) == ["carol"]
    assert site.sim.state().counts["accepted"] == 3


def test_a_network_is_counted_for_itself_and_afresh_each_minute() -> None:
    limits = limits_of(Settings(limit_burst="2/minute"), "secret")
    assert [limits.is_burst("192.0.2.1", 60.0) for _ in range(3)] == [False, False, True]
    assert not limits.is_burst("192.0.2.2", 60.0)
    assert not limits.is_burst("192.0.2.1", 120.0)
    assert "192.0.2" not in repr([vars(counter) for _, counter in limits.each()])


def test_whoever_has_an_ipv6_network_has_one_limit_and_telephones_beside_each_other_have_their_own() -> None:
    def post(address: str) -> bool:
        return not limits.count(address, [], 1764579600.0)

    limits = limits_of(Settings(limit_address="6/day", limit_device="2/day"), "secret")
    at_home = [f"2001:db8:1:1::{n}" for n in range(3)]
    telephones = [f"2001:db8:1:{n}::1" for n in range(2, 7)]
    assert [post(address) for address in at_home] == [True, True, False]
    assert [post(address) for address in telephones] == [True, True, True, False, False]
    assert post("2001:db8:2::1")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_network_is_a_household_or_an_office(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    "query", ["page=0", "page=99999999", "page=x", "show=nobody", "signal=x&with=y", "signal=trap&with=%00"]
)
def test_an_odd_address_of_the_list_is_no_fault(site: Site, query: str) -> None:
    mark(site, "alice")
    site.sign_in("moderator")
    answer = site.client.get(f"{QUEUE}?{query}")
    assert answer.status_code == 200
