"""A draft looked at beforehand: in frames that run nothing, as the mails it would send, by a link that ends."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from simulator import DEFINITION, START
from visitor import Open, Site

from contests.codec import canonical
from contests.papers.notices import NOTICES
from contests.papers.voice import spaced
from contests.store import campaigns, previews, views


class Draft:
    """A community manager with a draft called `later`."""

    def __init__(self, site: Site) -> None:
        self.site, self.client, self.csrf = site, site.client, site.sign_in()
        self.post("/staff/new", form="json", text=canonical(DEFINITION | {"slug": "later"}).decode())

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(path, data={"csrf": self.csrf, **data}, follow_redirects=False)

    def share(self, last: str = "2026-12-03", note: str = "Agence Bleue") -> str:
        """Make a link and return its path."""
        page = self.post("/staff/c/later/look", do="share", last=last, note=note)
        found = re.search(r'id="address"[^>]* value="[^"]*(/preview/\w{64})"', page.text)
        assert found, page.text
        return found[1]

    @property
    def id(self) -> str:
        with self.site.sim.store.read() as tx:
            return campaigns.by_slug(tx, "later").id


@pytest.fixture
def draft(open_site: Open) -> Draft:
    return Draft(open_site())


def test_every_mail_that_a_person_would_get_is_shown_in_each_language(draft: Draft) -> None:
    for language, title in (("fr", "Jeu simulé"), ("en", "Simulated contest")):
        page = html.unescape(draft.client.get(f"/staff/c/later/look?mails={language}").text)
        for kind in ("confirm", "received", "offer", "confirmed", "forfeited"):
            assert spaced(NOTICES[kind].subject(language, title=title), language) in page
        assert "/c/later/claim/…" in page
        assert {"fr": "mardi 15 décembre 2026", "en": "Tuesday 15 December 2026"}[language] in page, (
            "draw and seven days"
        )


def test_a_frame_runs_nothing_sends_nothing_and_stands_in_our_page_only(draft: Draft) -> None:
    for path in ("preview", "rules"):
        answer = draft.client.get(f"/staff/c/later/{path}")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "<script" not in answer.text, "what may not run is not asked for"
        assert "form-action 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert 'href="/staff/c/later/brand.css"' in answer.text
        assert '"/c/later/' not in answer.text.replace('action="/c/later', "").replace('data-challenge="/c/later', "")


def test_a_link_shows_page_and_rules_without_an_account_and_says_what_it_is(draft: Draft) -> None:
    path = draft.share()
    draft.client.cookies.clear()
    for part in ("", "/rules"):
        answer = draft.client.get(path + part)
        assert answer.status_code == 200
        assert 'data-text="APERÇU"' in answer.text
        assert "Jeu simulé" in answer.text
        assert "noindex" in answer.headers["x-robots-tag"]
        assert 'name="robots" content="noindex' in answer.text
        assert "form-action 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
    assert '<button class="button" disabled>' in draft.client.get(path).text
    assert draft.client.get(f"{path}/brand.css").text.startswith(":root{--brand:")
    assert draft.client.get(f"{path}/media/none.png").status_code == 404
    assert draft.client.get("/c/later").status_code == 404, "there is no page yet, and nobody can enter"
    assert draft.client.get(f"/preview/{'0' * 64}").status_code == 404


def test_a_link_ends_with_its_day(draft: Draft) -> None:
    path = draft.share(last="2026-12-02")
    draft.site.sim.go(timedelta(days=1, hours=14))
    assert draft.client.get(path).status_code == 200
    draft.site.sim.go(timedelta(hours=2))  # past midnight in Paris
    for part in ("", "/rules", "/brand.css", "/media/x.png"):
        assert draft.client.get(path + part).status_code == 404
    draft.csrf = draft.site.sign_in()
    draft.share(last="2026-12-09")
    with draft.site.sim.store.read() as tx:
        assert len(previews.of_campaign(tx, draft.id, START)) == 1, "what is over is forgotten"


def test_a_link_can_be_closed_and_both_are_acts(draft: Draft) -> None:
    path = draft.share()
    page = draft.client.get("/staff/c/later/look").text
    assert "Agence Bleue" in page
    assert path.rpartition("/")[2] not in page, "it was shown once"
    link = re.findall(r'name="link" value="(\w+)"', page)[0]
    assert draft.post("/staff/c/later/look", do="end", link=link).status_code == 303
    assert draft.client.get(path).status_code == 404
    with draft.site.sim.store.read() as tx:
        acts = views.actions(tx, draft.id)
    assert {(act.verb, act.staff) for act in acts} == {("preview-share", "Manager"), ("preview-end", "Manager")}
    assert all(path.rpartition("/")[2] not in act.detail for act in acts)


def test_one_bad_line_does_not_lose_a_private_list(draft: Draft) -> None:
    page = draft.post("/staff/c/later/draft", do="excluded", list="eve@people.example\nnot an address")
    assert page.status_code == 422
    assert "eve@people.example\nnot an address</textarea>" in page.text


def test_a_link_without_a_reasonable_end_is_refused(draft: Draft) -> None:
    for last in ("", "demain", "2026-11-30", "2027-12-01"):
        page = draft.post("/staff/c/later/look", do="share", last=last, note="Agence Bleue")
        assert page.status_code == 422
        assert 'value="Agence Bleue"' in page.text
        assert not last or f'value="{last}"' in page.text
        assert 'id="last-error"' in page.text
        assert 'id="address"' not in page.text


def test_once_published_a_link_leads_to_the_page_and_a_draft_thrown_away_takes_it_along(draft: Draft) -> None:
    path = draft.share()
    page = draft.client.get("/staff/c/later").text
    for remark in re.findall(r'name="remark" value="(\w+)"', page):
        draft.post("/staff/c/later/draft", do="acknowledge", remark=remark, reason="Vu.")
    assert draft.post("/staff/c/later/draft", do="publish").status_code == 303
    assert draft.client.get(path, follow_redirects=False).headers["location"] == "/c/later"
    assert draft.client.get(f"{path}/rules", follow_redirects=False).headers["location"] == "/c/later/rules"
    draft.post("/staff/new", form="json", text=canonical(DEFINITION | {"slug": "later2"}).decode())
    page = draft.post("/staff/c/later2/look", do="share", last="2026-12-03").text
    other = re.findall(r"/preview/\w{64}", page)[0]
    draft.post("/staff/c/later2/draft", do="discard")
    assert draft.client.get(other).status_code == 404
