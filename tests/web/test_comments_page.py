"""Comments over HTTP: the staff's page of posts and files, and the public answer to “does mine count?”."""

import re
from datetime import timedelta

import pytest
from listening import COMMENTED, Listening, Platform
from sqlmodel import select
from visitor import Open, Site

from contests.flows import attend, moderate
from contests.sources import tally
from contests.store.tables import ActionRow
from contests.web.pages.comments import NOTES

CSV = (
    "pseudo,commentaire,date,id,profil id\n"
    "zoé,Bonjour @alice,2026-12-02T10:00:00+01:00,c1,u1\n"
    "bob,Bonsoir,2026-12-02T11:00:00+01:00,c2,u2\n"
)


class Room:
    """A site that listens to a platform, its manager signed in."""

    def __init__(self, site: Site, role: str = "manager") -> None:
        self.site, self.insta = site, Platform()
        self.listening = Listening(site.sim, self.insta)
        site.client.app.state.platforms = self.listening.platforms
        site.sim.go(timedelta(hours=2))
        self.csrf = site.sign_in(role)

    def back(self) -> None:
        """Sign in again, days later."""
        self.csrf = self.site.sign_in("owner")

    def post(self, **form: str) -> tuple[int, str]:
        """Press a button."""
        answer = self.site.client.post("/staff/c/sim/comments", data={"csrf": self.csrf, **form}, follow_redirects=True)
        return answer.status_code, answer.text

    def page(self, query: str = "") -> str:
        """Return the page."""
        return self.site.client.get(f"/staff/c/sim/comments{query}").text


@pytest.fixture
def room(open_site: Open) -> Room:
    """A contest that takes comments."""
    return Room(open_site(**COMMENTED | {"comments": {"channels": ["insta"]}}))


def test_a_post_is_added_by_pasting_its_address_and_its_list_is_seen_to_grow(room: Room) -> None:
    status, page = room.post(do="add", address="https://instagram.example/post", channel="insta")
    assert status == 200
    assert "https://instagram.example/post" in page
    room.insta.say("post", "alice", "Je <b>joue</b>")
    room.insta.counted["post"] = 3
    room.listening.sweep()
    page = room.page()
    assert "1 des 3 que la plateforme compte" in page
    assert "Je &lt;b&gt;joue&lt;/b&gt;" in page
    assert "@alice" in page


def test_what_is_wrong_with_an_address_is_said_at_its_question_and_the_token_is_not_sent_back(room: Room) -> None:
    status, page = room.post(do="add", address="https://elsewhere.example/x", channel="insta", token="EAAG-secret")
    assert status == 422
    assert 'id="address-error"' in page
    assert "https://elsewhere.example/x" in page
    assert "EAAG-secret" not in page


def test_a_file_is_imported_and_importing_it_twice_changes_nothing(room: Room) -> None:
    for said in ("2 nouveaux", "0 nouveaux"):
        answer = room.site.client.post(
            "/staff/c/sim/comments",
            data={"csrf": room.csrf, "do": "import", "channel": "insta", "site": "instagram"},
            files={"file": ("export.csv", CSV.encode(), "text/csv")},
        )
        assert answer.status_code == 200, answer.text
        assert said in answer.text
    assert room.site.sim.state().pool().size == 2


def test_a_file_that_is_none_is_refused_and_changes_nothing(room: Room) -> None:
    answer = room.site.client.post(
        "/staff/c/sim/comments",
        data={"csrf": room.csrf, "do": "import", "channel": "insta", "site": "instagram"},
        files={"file": ("export.csv", b"a,b\n1,2\n", "text/csv")},
    )
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert room.listening.posts == []


def test_people_look_their_comment_up_and_read_why_it_does_not_count(room: Room) -> None:
    room.listening.add("https://instagram.example/post")
    room.insta.say("post", "alice", "Premier")
    room.insta.say("post", "alice", "Second")
    room.listening.sweep()
    client = room.site.client
    assert client.get("/c/sim/comments").status_code == 200
    page = client.post("/c/sim/comments", data={"handle": "@Alice"}).text
    assert "2 commentaires trouvés" in page
    assert "déjà" in page
    assert re.search(r'href="[^"]+/c/sim/verify#i=1&amp;h=[\w-]+"', page)
    assert "Aucun commentaire de ce nom" in client.post("/c/sim/comments", data={"handle": "bob"}).text


def test_who_is_excluded_is_not_told_that_the_comment_counts_and_hidden_words_stay_hidden(room: Room) -> None:
    room.listening.add("https://instagram.example/post")
    room.insta.say("post", "alice", "Mots publics")
    room.insta.say("post", "bob", "Mots privés", hidden=True)
    room.listening.sweep()
    sim, client = room.site.sim, room.site.client
    alice = next(row for row in room.listening.said() if row.handle == "alice")
    moderate.exclude(
        sim.house, sim.id, alice.entrant, reason="abuse", note="x", evidence=("", b""), staff_name="C", now=sim.now
    )
    page = client.post("/c/sim/comments", data={"handle": "alice"}).text
    assert "exclue" in page
    assert "/verify#" not in page
    assert "Mots privés" not in client.post("/c/sim/comments", data={"handle": "bob"}).text


def test_whoever_came_by_a_comment_is_listed_among_the_entries_by_their_account(room: Room) -> None:
    room.listening.add("https://instagram.example/post")
    room.insta.say("post", "alice")
    room.listening.sweep()
    entries = room.site.client.get("/staff/c/sim/entries").text
    assert "Instagram · id-alice" in entries
    entrant = room.listening.said()[0].entrant
    assert "Instagram · id-alice" in room.site.client.get(f"/staff/c/sim/entrants/{entrant}").text


def test_a_contest_without_comments_has_no_such_page(open_site: Open) -> None:
    site = open_site()
    assert site.client.get("/c/sim/comments").status_code == 404
    site.sign_in()
    assert "Le règlement n’en prévoit pas" in site.client.get("/staff/c/sim/comments").text


def test_a_post_is_paused_taken_up_again_and_ended(room: Room) -> None:
    identity = room.listening.add("https://instagram.example/post")
    room.post(do="pause", post=identity)
    assert room.listening.sweep() == 0
    room.post(do="resume", post=identity)
    assert room.listening.sweep() == 1
    room.post(do="finish", post=identity)
    assert room.listening.posts[0].closed_at is not None
    status, _ = room.post(do="pause", post="0" * 32)
    assert status == 404


def test_a_winner_without_an_address_is_written_to_by_hand_with_a_link_that_is_shown_once(room: Room) -> None:
    sim = room.site.sim
    room.listening.add("https://instagram.example/post")
    for name in ("alice", "bob", "carla"):
        room.insta.say("post", name, link=f"https://instagram.example/post/{name}")
    room.listening.sweep()
    room.listening.close()
    sim.draw_all()
    room.back()
    path = "/staff/c/sim/awards/bike"
    page = room.site.client.get(path).text
    assert "Lui écrire sur Instagram" in page
    assert re.search(r"<dt>Personne</dt><dd><a [^>]*>Instagram · id-\w+</a>", page), "known by the account"
    assert "Adresse e-mail" not in page
    assert "/claim/" not in page
    links = []
    for _ in range(2):
        answer = room.site.client.post(path, data={"csrf": room.csrf, "do": "message"})
        assert answer.status_code == 200
        assert "gagné" not in answer.text.partition("<textarea")[2].partition("</textarea>")[0]
        links.append(re.search(r"/c/sim/claim/\w+", answer.text)[0])  # type: ignore[index]
    assert room.site.client.get(links[0]).status_code == 404
    assert room.site.client.get(links[1]).status_code == 200


def test_whoever_gave_an_address_is_not_written_to_by_hand(room: Room) -> None:
    sim = room.site.sim
    sim.enter(*"abc")
    for _ in range(4):
        room.listening.sweep()
    sim.now = sim.campaign.freezes_at - timedelta(minutes=1)
    sim.draw_all()
    room.back()
    assert "Lui écrire" not in room.site.client.get("/staff/c/sim/awards/bike").text
    answer = room.site.client.post("/staff/c/sim/awards/bike", data={"csrf": room.csrf, "do": "message"})
    assert answer.status_code == 422


def test_what_waits_is_listed_by_kind_and_dealt_with(room: Room) -> None:
    room.post(do="add", address="https://instagram.example/post", channel="insta")
    room.insta.say("post", "alice", "C’est truqué")
    room.insta.say("post", "bob", "Bravo")
    room.insta.say("post", "brand", "Notre propre mot")
    room.listening.sweep()
    room.listening.judge()
    attend.read_comments(room.site.sim.house, room.site.sim.id)
    assert "?look=complaint#list" in room.page()
    assert "1 commentaire attend aussi un regard" in room.site.client.get("/staff/c/sim/queue").text
    page = room.page("?look=complaint")
    assert "C’est truqué" in page
    assert "Bravo" not in page
    assert "/staff/c/sim/replies#doubt" in page
    assert "/staff/c/sim/replies#comment-declined" in room.page("?state=declined")
    number = re.search(r'name="comment" value="(\d+)"', page)
    assert number is not None
    answer = room.site.client.post(
        "/staff/c/sim/comments",
        data={"csrf": room.csrf, "do": "seen", "comment": number[1], "back": "look=complaint"},
        follow_redirects=False,
    )
    assert answer.headers["location"] == "/staff/c/sim/comments?look=complaint#list"
    assert "?look=complaint#list" not in room.page()
    assert "Traité par" in room.page()


def test_where_a_form_leads_back_is_always_this_page(room: Room) -> None:
    answer = room.site.client.post(
        "/staff/c/sim/comments",
        data={"csrf": room.csrf, "do": "seen", "comment": "1", "back": "//evil.example/?a=b&c=d\r\nx: y"},
        follow_redirects=False,
    )
    assert answer.headers["location"].startswith("/staff/c/sim/comments?")
    assert "\n" not in answer.headers["location"]


def test_an_alert_is_set_and_what_is_wrong_is_said_with_the_fields_kept(room: Room) -> None:
    status, page = room.post(**{"do": "watch", "threshold": "many", "kind-insult": "on", "alert": "team@brand.example"})
    assert status == 422
    assert 'id="threshold-error"' in page
    assert 'value="team@brand.example"' in page
    status, page = room.post(**{"do": "watch", "threshold": "3", "kind-insult": "on", "alert": "team@brand.example"})
    assert status == 200
    assert "À partir de 3 nouveaux commentaires" in page


@pytest.mark.parametrize(
    "query",
    [
        "?look=nothing",
        "?tone=7",
        "?day=yesterday",
        "?channel=none",
        "?day=2026-12-02",
        "?day=9999-12-31",
        "?day=0001-01-01",
        "?tone=-1",
        "?page=9999999",
    ],
)
def test_a_list_that_nobody_knows_is_no_fault(room: Room, query: str) -> None:
    assert room.site.client.get(f"/staff/c/sim/comments{query}").status_code == 200


def test_replies_of_one_s_own_are_kept_on_their_page(room: Room) -> None:
    page = room.site.client.get("/staff/c/sim/replies").text
    assert 'id="comment-declined"' in page

    def post(**form: str) -> tuple[int, str]:
        answer = room.site.client.post("/staff/c/sim/replies", data={"csrf": room.csrf, **form}, follow_redirects=True)
        return answer.status_code, answer.text

    status, page = post(do="save", title="Colis", text="Il <b>part</b> lundi.")
    assert status == 200
    assert "Il &lt;b&gt;part&lt;/b&gt; lundi." in page
    status, page = post(do="save", title="Vide", text="")
    assert status == 422
    assert 'value="Vide"' in page
    number = re.search(r'name="reply" value="(\d+)"', page)
    assert number is not None
    _, page = post(do="drop", reply=number[1])
    assert "Colis" not in page


def test_the_figures_count_what_is_said_and_lead_to_it(room: Room) -> None:
    room.post(do="add", address="https://instagram.example/post", channel="insta")
    room.insta.say("post", "alice", "C’est nul")
    room.listening.sweep()
    attend.read_comments(room.site.sim.house, room.site.sim.id)
    page = room.site.client.get("/staff/c/sim/figures").text
    assert "/staff/c/sim/comments?channel=insta&amp;tone=-1#list" in page
    assert "C’est nul" in room.page("?channel=insta&tone=-1")
    assert "C’est nul" not in room.page("?channel=insta&tone=1")


def test_everything_that_a_listing_or_a_file_notes_has_words_on_the_page() -> None:
    noted = {
        "loops",
        "same-page-again",
        "cut-without-token",
        "cut-by-platform",
        "hidden-not-listed",
        "only-seven-days",
        "older-by-mentions",
    }
    assert set(NOTES) == noted | set(tally._SAYS)


def test_a_receipt_gives_a_code_and_a_comment_with_it_makes_one_person(open_site: Open) -> None:
    bonuses = [{"kind": "second-channel"}]
    room = Room(open_site(**COMMENTED | {"comments": {"channels": ["insta"]}, "bonuses": bonuses}))
    room.post(do="add", address="https://instagram.example/post", channel="insta")
    room.site.sim.enter("zoe")
    own = f"/c/sim/receipt/{room.site.sim.receipts['zoe'].token}"
    assert "Obtenir un code" in room.site.client.get(f"{own}?lang=fr").text
    page = room.site.client.post(f"{own}/tie", data={"name": "@zed"}, follow_redirects=True).text
    found = re.search(r'id="code">([A-Z2-7]{4}-[A-Z2-7]{4})<', page)
    assert found
    room.insta.say("post", "zed", f"C’est moi : {found[1]}")
    room.listening.sweep()
    assert "une seule personne" in room.site.client.get(f"{own}?lang=fr").text
    told = room.site.client.post("/c/sim/comments?lang=fr", data={"handle": "zed"}).text
    assert "En tout" not in told, "of the entry of the page nobody is told who only knows the name"
    assert room.site.client.get(f"{own}/data.json").json()["accounts"] == ["instagram//id-zed"]


def test_a_code_is_asked_for_with_a_receipt_only_and_while_the_contest_is_open(room: Room) -> None:
    assert room.site.client.post("/c/sim/receipt/nobody/tie", data={"name": "zed"}).status_code == 422
    room.site.sim.enter("zoe")
    own = f"/c/sim/receipt/{room.site.sim.receipts['zoe'].token}"
    room.site.sim.now = room.site.sim.campaign.closes_at
    assert "Obtenir un code" not in room.site.client.get(f"{own}?lang=fr").text
    assert room.site.client.post(f"{own}/tie", data={"name": "zed"}).status_code == 422


def test_the_page_says_how_many_are_listed_as_liking(open_site: Open) -> None:
    room = Room(open_site(**COMMENTED | {"comments": {"channels": ["bsky"]}, "bonuses": [{"kind": "like"}]}))
    blue = Platform(SITE="bluesky", people={("like", "post"): ["zed", "yan"]})
    room.listening = Listening(room.site.sim, blue)
    room.site.client.app.state.platforms = room.listening.platforms
    room.post(do="add", address="https://bluesky.example/post", channel="bsky")
    blue.say("post", "zed")
    room.listening.sweep()
    assert "Aiment la publication" not in room.page("?lang=fr")
    room.listening.sim.now = room.site.sim.campaign.closes_at
    for _ in range(4):
        room.listening.sweep(timedelta(seconds=30))
    room.back()
    assert re.search(r"<dt>Aiment la publication</dt><dd>2</dd>", room.page("?lang=fr"))


def test_the_people_drawn_are_held_against_instagrams_list_of_followers(open_site: Open) -> None:
    told = {"channels": ["insta"], "rules": [{"kind": "comment-follow", "accounts": ["brand"]}]}
    room = Room(open_site(**COMMENTED | {"comments": told}))
    room.post(do="add", address="https://instagram.example/post", channel="insta")
    for name in ("Alice", "bob"):
        room.insta.say("post", name)
    room.site.sim.enter("zoe")
    room.listening.sweep()
    room.listening.close()
    room.site.sim.draw_all()
    room.back()
    page = room.site.client.get("/staff/c/sim/queue?lang=fr").text
    assert "followers_1.json" in page

    def send(data: bytes) -> tuple[int, str]:
        answer = room.site.client.post(
            "/staff/c/sim/queue/followers?lang=fr",
            data={"csrf": room.csrf},
            files={"followers": ("followers_1.json", data)},
        )
        return answer.status_code, answer.text

    status, page = send(
        b'[{"string_list_data":[{"value":"alice","href":"x","timestamp":1}]},{"string_list_data":[{"value":"u1","href":"x"}]}]'
    )
    assert status == 200
    assert "Le fichier nomme 2 abonnés." in page
    assert [
        page.count(words) for words in (">dans la liste<", ">pas dans la liste<", "pas de commentaire sur Instagram")
    ] == [1, 1, 1]
    assert "@bob" in page
    status, page = send(b'{"relationships_following": []}')
    assert status == 422
    assert "abonnés" in page
    assert send(b"")[0] == 422
    with room.site.sim.store.read() as tx:
        acts = [row for row in tx.exec(select(ActionRow)) if row.verb == "followers"]
    assert [row.detail.rpartition(": ")[2] for row in acts] == ["1 / 2"]
