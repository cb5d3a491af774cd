"""The guided editor over HTTP: from a template to a draft that may be published, and nobody's answers lost."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from simulator import Simulator
from visitor import Open, Site

from contests.campaign.editor.sections import SECTIONS
from contests.campaign.lint.remark import Remark
from contests.campaign.parse import parse
from contests.campaign.starts import STARTS
from contests.errors import Text
from contests.store import campaigns
from contests.store.tables import CampaignRow
from contests.web.pages.steps import spots_of

FILLED = {
    "organiser": {
        "organiser.name": "Les Vélos Bleus", "organiser.legal_form": "SAS au capital de 10 000 €",
        "organiser.registration": "RCS Rennes 900 000 001", "organiser.address": "1 rue du Vélo, 35000 Rennes",
        "organiser.contact": "jeux@velos.example", "organiser.data_protection": "dpo@velos.example",
    },
    "prizes": {"prizes.0.title.fr": "Un vélo bleu", "prizes.0.unit_value": "1 049,90 €"},
    "people": {
        "rules.closed-question.question.fr": "De quelle couleur ?", "rules.closed-question.options": "Bleu\nVert",
        "rules.closed-question.answers": "Bleu",
    },
}  # fmt: skip


class Manager:
    """A community manager at work."""

    def __init__(self, site: Site) -> None:
        self.sim, self.client, self.token = site.sim, site.client, site.sign_in()

    def csrf(self) -> str:
        return self.token


@pytest.fixture
def manager(open_site: Open) -> Manager:
    return Manager(open_site())


def row(sim: Simulator, slug: str) -> CampaignRow:
    with sim.store.read() as tx:
        return campaigns.by_slug(tx, slug)


def fields(html: str) -> dict[str, str]:
    """Return what a browser would send of a page's form, its buttons aside."""
    form = re.search(r'<form method="post" action="[^"]*/edit/.*?</form>', html, re.DOTALL)
    assert form
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", form[0]):
        said = dict(re.findall(r'(name|type|value)="([^"]*)"', tag))
        if said.get("type") != "checkbox" or " checked" in tag:
            found[said["name"]] = _plain(said.get("value", ""))
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form[0], re.DOTALL):
        found[name] = _plain(text)
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else re.findall(r'value="([^"]*)"', options)[0]
    return found


def _plain(text: str) -> str:
    for entity, letter in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, letter)
    return text


def begin(site: Manager, start: str = "draw", title: str = "Un vélo à gagner", languages: str = "fr") -> str:
    sent = {"csrf": site.csrf(), "start": start, "title": title, "languages": languages}
    answer = site.client.post("/staff/start", data=sent, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).split("/")[3]


def answer(site: Manager, where: str, section: str, **more: Any) -> Any:
    """Send a page back with some answers changed."""
    sent = fields(site.client.get(f"/staff/c/{where}/edit/{section}").text) | more
    return site.client.post(f"/staff/c/{where}/edit/{section}", data=sent, follow_redirects=False)


@pytest.mark.parametrize("start", [start.id for start in STARTS])
def test_a_template_becomes_a_campaign_that_may_be_published(manager: Manager, start: str) -> None:
    slug = begin(manager, start)
    text = manager.client.get(f"/staff/c/{slug}").text
    assert "disabled>Publier" in text or "disabled>Publish" in text, "its gaps are named first"
    assert f'href="/staff/c/{slug}/edit/prizes#f-prizes-0-title-fr"' in text
    for section, answers in FILLED.items():
        if section != "people" or start == "quiz":
            assert answer(manager, slug, section, **answers).status_code == 303
    sent = {"csrf": manager.csrf(), "do": "publish"}
    done = manager.client.post(f"/staff/c/{slug}/draft", data=sent, follow_redirects=False)
    assert done.status_code == 303, done.text
    assert row(manager.sim, slug).stage == "open"


def test_the_organiser_of_the_last_campaign_is_taken_over(manager: Manager) -> None:
    slug = begin(manager)
    made = parse(row(manager.sim, slug).draft.encode(), "toml")
    assert made.organiser == manager.sim.campaign.organiser
    assert made.title["fr"] == "Un vélo à gagner"


def test_two_campaigns_of_one_title_have_two_addresses(manager: Manager) -> None:
    assert [begin(manager) for _ in range(3)] == ["un-velo-a-gagner", "un-velo-a-gagner-2", "un-velo-a-gagner-3"]


def test_from_every_page_one_can_go_and_check(manager: Manager) -> None:
    slug = begin(manager)
    for section in SECTIONS[:-1]:
        page = manager.client.get(f"/staff/c/{slug}/edit/{section.id}?lang=en").text
        assert 'name="do" value="">Save and check' in page
    done = answer(manager, slug, SECTIONS[0].id, do="")
    assert done.headers["location"] == f"/staff/c/{slug}"


def test_a_title_is_asked_for(manager: Manager) -> None:
    sent = {"csrf": manager.csrf(), "start": "quiz", "title": "  ", "languages": "fr en"}
    refused = manager.client.post("/staff/start", data=sent)
    assert refused.status_code == 422
    assert 'id="start-quiz" value="quiz" checked' in refused.text
    assert 'value="fr en" selected' in refused.text


@pytest.mark.parametrize("section", [section.id for section in SECTIONS])
def test_a_page_sent_back_untouched_changes_nothing(manager: Manager, section: str) -> None:
    slug = begin(manager, "quiz", languages="fr en")
    before = row(manager.sim, slug).draft
    assert answer(manager, slug, section).status_code == 303
    assert row(manager.sim, slug).draft == before


def test_a_wrong_answer_is_named_at_its_question_and_everything_typed_is_kept(manager: Manager) -> None:
    slug = begin(manager)
    before = row(manager.sim, slug).draft
    refused = answer(
        manager, slug, "prizes", **{"prizes.0.title.fr": "Une <b>lampe</b>", "prizes.0.unit_value": "cher"}
    )
    assert refused.status_code == 422
    assert 'href="#f-prizes-0-unit_value"' in refused.text
    assert 'id="prizes-0-unit_value-error"' in refused.text
    assert "Une &lt;b&gt;lampe&lt;/b&gt;" in refused.text
    assert row(manager.sim, slug).draft == before


def test_what_the_definition_forbids_is_named_at_its_question_too(manager: Manager) -> None:
    slug = begin(manager)
    refused = answer(manager, slug, "people", **{"rules.residence.countries": "FR\nfrance"})
    assert refused.status_code == 422
    assert 'id="rules-residence-countries-error"' in refused.text
    assert "FR\nfrance" in refused.text


def test_prizes_are_added_and_removed(manager: Manager) -> None:
    slug = begin(manager)
    assert answer(manager, slug, "prizes", do="add:prizes").headers["location"].endswith("/edit/prizes#add-prizes")
    led_to = manager.client.get(f"/staff/c/{slug}/edit/prizes").text.partition('id="add-prizes"')
    assert led_to[0].count('name="prizes.') == led_to[2].count('name="prizes.'), "the prize just added, with its fields"
    assert answer(manager, slug, "prizes", **{"prizes.1.title.fr": "Un casque"}, do="stay").status_code == 303
    assert [p.title["fr"] for p in parse(row(manager.sim, slug).draft.encode(), "toml").prizes][1:] == ["Un casque"]
    answer(manager, slug, "prizes", do="drop:prizes.0")
    assert [p.title["fr"] for p in parse(row(manager.sim, slug).draft.encode(), "toml").prizes] == ["Un casque"]
    refused = answer(manager, slug, "prizes", do="drop:prizes.0")
    assert refused.status_code == 422, "a campaign has a prize"


def test_the_address_can_change_but_not_to_one_that_is_taken(manager: Manager) -> None:
    slug = begin(manager)
    assert answer(manager, slug, "essentials", slug="autre").headers["location"] == "/staff/c/autre"
    refused = answer(manager, "autre", "essentials", slug="sim")
    assert refused.status_code == 422
    assert 'id="slug-error"' in refused.text


def test_somebody_elses_change_is_told_and_nothing_typed_is_lost(manager: Manager) -> None:
    slug = begin(manager)
    page = fields(manager.client.get(f"/staff/c/{slug}/edit/essentials").text)
    assert answer(manager, slug, "prizes", **{"prizes.0.title.fr": "Un vélo"}).status_code == 303
    refused = manager.client.post(f"/staff/c/{slug}/edit/essentials", data=page | {"title.fr": "Mon titre"})
    assert refused.status_code == 409
    assert "Manager" in refused.text
    assert "Mon titre" in refused.text
    again = fields(refused.text)
    assert again["title.fr"] == "Mon titre"
    assert (
        manager.client.post(f"/staff/c/{slug}/edit/essentials", data=again, follow_redirects=False).status_code == 303
    )
    made = parse(row(manager.sim, slug).draft.encode(), "toml")
    assert (made.title["fr"], made.prizes[0].title["fr"]) == ("Mon titre", "Un vélo")


def test_a_script_that_saves_is_answered_with_the_next_mark(manager: Manager) -> None:
    slug = begin(manager)
    page = fields(manager.client.get(f"/staff/c/{slug}/edit/essentials").text)
    json = {"accept": "application/json"}
    for title in ("Un", "Un vélo", "Un vélo bleu"):
        page["title.fr"] = title
        said = manager.client.post(f"/staff/c/{slug}/edit/essentials", data=page, headers=json)
        assert said.status_code == 200
        page["mark"] = said.json()["mark"]
    assert "prizes.0.title.fr" in said.json()["open"], "a gap is still to be filled"
    prizes = fields(manager.client.get(f"/staff/c/{slug}/edit/prizes").text) | FILLED["prizes"]
    answered = manager.client.post(f"/staff/c/{slug}/edit/prizes", data=prizes, headers=json).json()
    assert "prizes.0.title.fr" not in answered["open"]
    page["mark"] = answered["mark"]
    assert parse(row(manager.sim, slug).draft.encode(), "toml").title["fr"] == "Un vélo bleu"
    page["opens_at"] = "yesterday"
    refused = manager.client.post(f"/staff/c/{slug}/edit/essentials", data=page, headers=json)
    assert (refused.status_code, refused.json()["at"]) == (422, "opens_at")


def test_the_text_is_the_same_draft_and_an_error_names_its_line(manager: Manager) -> None:
    slug = begin(manager)
    answer(manager, slug, "prizes", **{"prizes.0.title.fr": "Un vélo bleu"})
    shown = manager.client.get(f"/staff/c/{slug}/text").text
    assert "Un vélo bleu" in shown
    mark = re.search(r'name="mark" value="(\w+)"', shown)
    assert mark
    text = row(manager.sim, slug).draft
    sent = {"csrf": manager.csrf(), "mark": mark[1], "text": text.replace('unit_value = "0.00"', "unit_value = 3")}
    refused = manager.client.post(f"/staff/c/{slug}/text", data=sent)
    line = next(n for n, said in enumerate(text.splitlines(), 1) if said.startswith("unit_value"))
    assert refused.status_code == 422
    assert re.search(rf"(Ligne|Line) {line}", refused.text)
    assert "unit_value = 3" in refused.text
    sent["text"] = text.replace("Un vélo bleu", "Un vélo vert")
    assert manager.client.post(f"/staff/c/{slug}/text", data=sent, follow_redirects=False).status_code == 303
    assert "Un vélo vert" in manager.client.get(f"/staff/c/{slug}/edit/prizes").text


def test_a_published_campaign_is_not_edited(manager: Manager) -> None:
    for path in ("edit/essentials", "text"):
        assert manager.client.get(f"/staff/c/sim/{path}", follow_redirects=False).headers["location"] == "/staff/c/sim"
    sent = {"csrf": manager.csrf(), "mark": "x", "title.fr": "Autre"}
    for path in ("edit/essentials", "text"):
        kept = manager.client.post(f"/staff/c/sim/{path}", data=sent | {"text": "Autre texte"}, follow_redirects=False)
        assert kept.status_code == 409
        assert re.search(r"readonly>[^<]*Autre", kept.text), "what was typed is given back"
        said = manager.client.post("/staff/c/sim/edit/essentials", data=sent, headers={"accept": "application/json"})
        assert (said.status_code, list(said.json())) == (409, ["error"])
    assert manager.sim.campaign == campaigns.read_definition(row(manager.sim, "sim").definition)


def test_the_legal_department_does_not_write(open_site: Open) -> None:
    site = open_site()
    site.sign_in("legal")
    for path in ("/staff/start", "/staff/c/sim/edit/prizes", "/staff/c/sim/text"):
        assert site.client.get(path).status_code == 403


def test_every_remark_leads_to_where_it_is_mended() -> None:
    text = (Path(__file__).parents[2] / "examples" / "noel-lumiere.toml").read_text(encoding="utf-8")
    made = CampaignRow(
        id="x", slug="x", stage="draft", draft=text, draft_form="toml", created_at=datetime(2026, 11, 1, tzinfo=UTC)
    )
    expected = {
        "prizes[0].unit_value": ("prizes", "prizes.0.unit_value"),
        "rules[1].countries[0]": ("people", "rules.residence.countries"),
        "terms.cost": ("law", "terms.cost.kind"),
        "title.fr": ("essentials", "title.fr"),
        "rules": ("people", ""),
        "fields": ("form", ""),
        "brand": ("looks", ""),
    }
    remarks = tuple(Remark("warn", "x", path, Text(fr="x", en="x")) for path in [*expected, "nowhere"])
    spots = spots_of(remarks, made)
    assert {path: (spot.section, spot.name) for path, spot in spots.items()} == expected


def test_two_people_at_one_draft_see_what_the_other_one_saved(manager: Manager) -> None:
    slug = begin(manager)
    mark = re.search(r'name="mark" value="(\w+)"', manager.client.get(f"/staff/c/{slug}/edit/essentials").text)[1]  # type: ignore[index]
    text = manager.client.get(f"/staff/c/{slug}/text?lang=en").text
    first = answer(manager, slug, "essentials", **{"summary.fr": "Un résumé de Bob."})
    assert first.status_code == 303
    stale = {"csrf": manager.csrf(), "mark": mark, "title.fr": "Titre d’Alice", "summary.fr": "Ancien résumé."}
    told = manager.client.post(f"/staff/c/{slug}/edit/essentials", data=stale)
    assert told.status_code == 409
    assert re.search(r"<dd>Un résumé de Bob\.</dd>", told.text)
    assert "mark:" not in told.text.replace("\N{NO-BREAK SPACE}:", ":"), "no name of ours"
    assert "Titre d’Alice" in told.text
    sent = {"csrf": manager.csrf(), "mark": mark, "text": "slug = 'x'"}
    told = manager.client.post(f"/staff/c/{slug}/text", data=sent)
    assert told.status_code == 409
    assert re.search(r'id="theirs"[^>]*readonly>[^<]*Un résumé de Bob', told.text)
    assert text


def test_a_draft_is_published_as_it_was_read(manager: Manager) -> None:
    slug = begin(manager)
    page = manager.client.get(f"/staff/c/{slug}").text
    mark = re.search(r'value="publish"><input type="hidden" name="mark" value="(\w+)"', page)[1]  # type: ignore[index]
    answer(manager, slug, "essentials", **{"summary.fr": "Un résumé de Bob."})
    told = manager.client.post(
        f"/staff/c/{slug}/draft?lang=en", data={"csrf": manager.csrf(), "do": "publish", "mark": mark}
    )
    assert told.status_code == 422
    assert "has changed this draft meanwhile" in told.text
    assert row(manager.sim, slug).stage == "draft"
