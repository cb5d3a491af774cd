"""The minutes over HTTP: filled in by the legal department, kept when refused, public once issued."""

from typing import Any

import pytest
from visitor import Open, Site

from contests.store import minutes

GIVEN = {
    "place": "Lyon", "operator": "Alice Morel", "clock": "Horloge parlante", "incidents": "Aucun",
    "independence": "Aucun lien", "person-0-name": "Zoé Petit", "person-0-capacity": "observatrice",
}  # fmt: skip
PAGE = "/staff/c/sim/minutes"


@pytest.fixture
def drawn(site: Site) -> Site:
    """A site whose campaign was drawn."""
    site.sim.enter(*[f"p{n}" for n in range(9)])
    site.sim.freeze()
    site.sim.draw()
    return site


def post(site: Site, csrf: str, do: str, **changes: str) -> Any:
    form = GIVEN | {"csrf": csrf, "do": do} | changes
    return site.client.post(PAGE, data=form, follow_redirects=False)


@pytest.mark.parametrize("role", ["legal", "manager"])
def test_legal_and_manager_issue_and_anybody_reads(drawn: Site, role: str) -> None:
    csrf = drawn.sign_in(role)
    assert "Établir le relevé" in drawn.client.get(PAGE + "?lang=fr", headers={"accept-language": "fr"}).text
    answer = post(drawn, csrf, "issue")
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    page = drawn.client.get(PAGE).text
    assert "/c/sim/minutes/1/fr.pdf" in page
    assert 'value="Zoé Petit"' in page  # what was stated stands in the form again
    drawn.client.cookies.clear()
    results = drawn.client.get("/c/sim/results?lang=en").text
    assert "/c/sim/minutes/1/en" in results
    read = drawn.client.get("/c/sim/minutes/1/en")
    assert read.status_code == 200
    assert "Zoé Petit" in read.text
    with drawn.sim.store.read() as tx:
        row = minutes.get(tx, drawn.sim.id, 1, "fr")
    assert row is not None
    for kind, stored in (("html", row.data), ("pdf", row.pdf)):
        file = drawn.client.get(f"/c/sim/minutes/1/fr.{kind}")
        assert file.content == stored
        assert "default-src 'none'" in file.headers["content-security-policy"]


def test_nobody_issues_without_signing_in_or_without_the_token(drawn: Site) -> None:
    assert post(drawn, "", "issue").status_code == 303  # to the sign-in
    drawn.sign_in("legal")
    assert post(drawn, "", "issue").status_code == 403
    assert drawn.client.post(PAGE, data=GIVEN, headers={"origin": "https://evil.example"}).status_code == 403
    assert drawn.sim.state().minutes == {}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"place": " "}, "place"),
        ({"clock": ""}, "clock"),
        ({"incidents": "x" * 4001}, "incidents"),
        ({"operator": "x" * 301}, "operator"),
        ({"person-1-capacity": "témoin"}, "person-1-name"),
    ],
)
def test_what_is_missing_is_named_and_the_rest_is_kept(drawn: Site, changes: dict[str, str], named: str) -> None:
    csrf = drawn.sign_in("legal")
    answer = post(drawn, csrf, "issue", **changes)
    assert answer.status_code == 422
    assert f'href="#{named}"' in answer.text
    assert f'id="{named}-error"' in answer.text
    assert 'value="Zoé Petit"' in answer.text
    assert drawn.sim.state().minutes == {}


def test_a_draft_is_shown_and_not_kept(drawn: Site) -> None:
    csrf = drawn.sign_in("legal")
    html, pdf = post(drawn, csrf, "preview"), post(drawn, csrf, "preview-pdf")
    assert "BROUILLON" in html.text or "DRAFT" in html.text
    assert pdf.content.startswith(b"%PDF")
    assert drawn.sim.state().minutes == {}
    assert drawn.client.get("/c/sim/minutes/1/fr").status_code == 404


def test_annulled_minutes_say_so_everywhere_but_in_their_bytes(drawn: Site) -> None:
    csrf = drawn.sign_in("legal")
    post(drawn, csrf, "issue")
    before = drawn.client.get("/c/sim/minutes/1/fr.pdf").content
    assert post(drawn, csrf, "annul", number="1", reason="").status_code == 422
    assert post(drawn, csrf, "annul", number="7", reason="x").status_code == 422
    assert ">é" in post(drawn, csrf, "annul", number="1", reason="é" * 2001).text
    assert post(drawn, csrf, "annul", number="1", reason="Nom <mal> écrit").status_code == 303
    for path in ("/c/sim/results", "/c/sim/minutes/1/fr", PAGE):
        assert "Nom &lt;mal&gt; écrit" in drawn.client.get(path).text
    file = drawn.client.get("/c/sim/minutes/1/fr.pdf")
    assert file.content == before
    assert "annulled" in file.headers["content-disposition"]
    post(drawn, csrf, "issue")
    assert "remplace" in drawn.client.get("/c/sim/minutes/2/fr").text
    assert drawn.sim.verify().passed


def test_before_the_draw_there_is_nothing_to_issue(site: Site) -> None:
    csrf = site.sign_in("legal")
    assert 'value="issue"' not in site.client.get(PAGE).text
    assert post(site, csrf, "issue").status_code == 422
    assert site.sim.state().minutes == {}


@pytest.mark.parametrize("path", ["0/fr", "1/de", "1/fr.exe", "99999/fr", "1/fr.pdf", "1/.pdf"])
def test_an_address_of_no_minutes_is_not_found(drawn: Site, path: str) -> None:
    assert drawn.client.get(f"/c/sim/minutes/{path}").status_code == 404


def test_a_rehearsal_carries_its_banner(open_site: Open) -> None:
    site = open_site()
    site.sim.enter("alice", "bob")
    site.sim.freeze()
    site.sim.draw()
    csrf = site.sign_in("legal")
    post(site, csrf, "issue")
    assert "RÉPÉTITION : ce tirage ne vaut rien" in site.client.get("/c/sim/minutes/1/fr").text.replace("\u00a0", " ")


def test_two_minutes_never_stand_at_once(drawn: Site) -> None:
    csrf = drawn.sign_in("legal")
    assert post(drawn, csrf, "issue").status_code == 303
    again = post(drawn, csrf, "issue")
    assert again.status_code == 422
    assert "le n° 1 est en vigueur" in again.text.replace("\N{NO-BREAK SPACE}", " ")
    annulled = {"csrf": csrf, "do": "annul", "number": "1", "reason": "A wrong name."}
    assert drawn.client.post(PAGE, data=annulled, follow_redirects=False).status_code == 303
    assert post(drawn, csrf, "issue").status_code == 303
    assert set(drawn.sim.state().minutes) == {1, 2}
