"""The form in another site's frame: only on the sites that the campaign names, and nothing that can be undone."""

import re

import pytest
from simulator import DEFINITION
from visitor import Open, Site

from contests.campaign.definition import Campaign
from contests.campaign.parse import parse
from contests.codec import canonical, parse_json
from contests.errors import Malformed

SITES = ["https://shop.example", "https://blog.example:8443"]


@pytest.fixture
def embedding(open_site: Open) -> Site:
    return open_site(embed=SITES)


def form(site: Site, name: str, **changes: str) -> dict[str, str]:
    return site.form(name, **changes)


def test_exactly_the_named_sites_may_frame_the_form(embedding: Site) -> None:
    answer = embedding.client.get("/c/sim/embed")
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert f"frame-ancestors {' '.join(SITES)}" in policy.split("; ")
    assert "x-frame-options" not in answer.headers
    assert answer.headers.get_list("content-security-policy") == [policy]
    assert 'action="/c/sim/embed"' in answer.text


def test_a_campaign_that_names_no_site_has_no_form_to_frame(site: Site) -> None:
    for answer in (site.client.get("/c/sim/embed"), site.client.post("/c/sim/embed", data=form(site, "alice"))):
        assert answer.status_code == 403
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
    assert site.sim.state().counts["accepted"] == 0


@pytest.mark.parametrize("path", ["/c/sim", "/c/sim/rules", "/c/sim/results"])
def test_every_other_page_stays_out_of_frames(embedding: Site, path: str) -> None:
    answer = embedding.client.get(path)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"


def test_an_entry_from_the_frame_is_recorded_and_its_receipt_opens_outside(embedding: Site) -> None:
    answer = embedding.client.post("/c/sim/embed", data=form(embedding, "alice"), follow_redirects=False)
    assert answer.status_code == 303
    assert re.fullmatch(r"/c/sim/embed/done/\w+\?lang=\w\w", answer.headers["location"])
    done = embedding.client.get(answer.headers["location"])
    link = re.search(r'href="(/c/sim/receipt/\w+\?lang=\w\w)" target="_blank" rel="noopener"', done.text)
    assert link
    receipt = embedding.client.get(link[1])
    assert receipt.status_code == 200
    assert receipt.headers["x-frame-options"] == "DENY"
    assert embedding.sim.state().counts["accepted"] == 1


def test_nobody_is_told_that_an_entry_is_in_which_is_not(embedding: Site) -> None:
    assert embedding.client.get(f"/c/sim/embed/done/{'0' * 48}").status_code == 404


def test_a_refusal_stays_in_the_frame_and_keeps_what_was_typed(embedding: Site) -> None:
    sent = form(embedding, "alice", via="nowhere", country="")
    answer = embedding.client.post("/c/sim/embed", data=sent, follow_redirects=False)
    assert answer.status_code == 422
    assert 'value="alice@people.example"' in answer.text
    assert 'name="via" value="nowhere"' in answer.text
    assert f"frame-ancestors {' '.join(SITES)}" in answer.headers["content-security-policy"]


def test_after_the_closing_the_frame_says_that_and_nothing_else(embedding: Site) -> None:
    embedding.sim.close()
    for sent in (form(embedding, "alice"), {"email": "x"}):
        answer = embedding.client.post("/c/sim/embed", data=sent)
        assert answer.status_code == 409
        assert "Le jeu est clos depuis" in answer.text
        assert "Remplissez" not in answer.text


def test_without_a_proof_the_frame_says_to_open_ones_mail(embedding: Site) -> None:
    sent = form(embedding, "alice") | {"altcha": ""}
    answer = embedding.client.post("/c/sim/embed", data=sent, follow_redirects=False)
    assert answer.headers["location"].startswith("/c/sim/embed/sent")
    assert embedding.client.get(answer.headers["location"]).status_code == 200


def test_a_campaign_with_sites_is_drawn_and_verified_like_any_other(embedding: Site) -> None:
    embedding.client.post("/c/sim/embed", data=form(embedding, "alice"), follow_redirects=False)
    embedding.sim.freeze()
    embedding.sim.draw()
    assert embedding.sim.verify().passed


def test_what_other_sites_load_is_not_kept_for_ever(embedding: Site) -> None:
    assert embedding.client.get("/static/embed.js").headers["cache-control"] == "public, max-age=3600"
    assert "immutable" in embedding.client.get("/static/embed.js?v=1").headers["cache-control"]


def test_the_text_to_paste_names_the_frame_and_the_script(embedding: Site) -> None:
    embedding.sign_in()
    page = embedding.client.get("/staff/c/sim/channels").text
    assert "&lt;iframe src=&#34;http://testserver.local/c/sim/embed&#34;" in page
    assert "&lt;script src=&#34;http://testserver.local/static/embed.js&#34; async&gt;" in page


def campaign(**changes: object) -> Campaign:
    return parse(canonical(DEFINITION | changes), "json")


@pytest.mark.parametrize(
    "site",
    ["http://shop.example", "https://shop.example/", "https://*.example", "*", "https://shop.example 'self'", "https://a;b",
     "https://SHOP.example", "https://shop.example:port", "https://a..b", "https://shop.example\n"],
)  # fmt: skip
def test_only_an_exact_secure_origin_can_be_named(site: str) -> None:
    with pytest.raises(Malformed):
        campaign(embed=[site])


def test_a_definition_without_sites_keeps_the_bytes_it_had() -> None:
    plain = campaign()
    assert "embed" not in parse_json(plain.bytes())
    assert plain.embedders == ()
    assert campaign(embed=SITES).embedders == tuple(SITES)
    assert parse_json(campaign(embed=SITES).bytes())["embed"] == SITES
