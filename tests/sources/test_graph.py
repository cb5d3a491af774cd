"""Meta's Graph API refuses: each code in words, how long to wait, and the token never repeated. Asked through Instagram."""

from collections.abc import Iterator

import httpx
import pytest
from instagram_words import BY_FACEBOOK, MEDIA, POST, TOKEN, error, listing, said
from scripted import Answer, Scripted, scripted

from contests.sources import facebook, graph, instagram, x
from contests.sources.source import Source, SourceRefused, recognised
from contests.sources.web import open_client

SOURCES: tuple[Source, ...] = (instagram, facebook, x)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    with scripted() as running:
        monkeypatch.setattr(graph, "INSTAGRAM", f"{running.url}/ig/v1")
        monkeypatch.setattr(graph, "FACEBOOK", f"{running.url}/fb/v1")
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with open_client(inside=True) as opened:
        yield opened


def refused(client: httpx.Client, platform: Scripted, *answers: Answer, token: str = TOKEN) -> SourceRefused:
    """Return the refusal; whatever was answered, the token is in no word of it nor in any address asked."""
    platform.say(*answers)
    with pytest.raises(SourceRefused) as caught:
        instagram.page(client, POST, token, "")
    for told in (caught.value.sentence("fr"), caught.value.sentence("en"), repr(caught.value), str(caught.value)):
        assert token not in told
        assert token[5:25] not in told
    assert not [asked for asked in platform.asked if token in asked.raw]
    return caught.value


def test_an_address_leads_to_its_source() -> None:
    for source, address in ((instagram, "https://www.instagram.com/p/C0dEab_-1/"), (x, "https://x.com/lumiere/status/1"),
                            (facebook, "https://www.facebook.com/1001/posts/2002")):  # fmt: skip
        found = recognised(SOURCES, f" {address} ")
        assert found is not None
        assert found[0] is source
        assert found[1].site == source.SITE
    assert recognised(SOURCES, "https://elsewhere.example/1") is None


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize(
    ("code", "subcode", "means"),
    [(190, 463, "token-refused"), (102, 0, "token-refused"), (10, 0, "permission-missing"), (200, 0, "permission-missing"),
     (299, 0, "permission-missing"), (3, 0, "permission-missing"), (100, 33, "post-gone"), (803, 0, "post-gone"),
     (4, 0, "slow-down"), (17, 0, "slow-down"), (32, 0, "slow-down"), (613, 0, "slow-down"), (80000, 0, "slow-down"),
     (80014, 0, "slow-down"), (1, 0, "platform-down"), (2, 0, "platform-down"), (100, 0, "answer-unreadable"),
     (80015, 0, "answer-unreadable"), (0, 0, "answer-unreadable")],
)  # fmt: skip
def test_the_code_of_an_error_tells_and_not_the_status(
    client: httpx.Client, platform: Scripted, status: int, code: int, subcode: int, means: str
) -> None:
    assert refused(client, platform, error(code, subcode, status)).code == means


def test_an_error_that_comes_as_a_success_is_an_error(client: httpx.Client, platform: Scripted) -> None:
    assert refused(client, platform, error(190, status=200)).code == "token-refused"


@pytest.mark.parametrize(("token", "named"), [(TOKEN, "instagram_business_manage_comments"),
                                              (BY_FACEBOOK, "instagram_manage_comments")])  # fmt: skip
def test_the_missing_permission_is_named_by_the_way_of_signing_in(
    client: httpx.Client, platform: Scripted, token: str, named: str
) -> None:
    assert named in refused(client, platform, error(10), token=token).sentence("fr")


@pytest.mark.parametrize(
    ("usage", "wait"),
    [('{"1001":[{"type":"instagram","call_count":100,"estimated_time_to_regain_access":7}]}', 420.0),
     ('{"1001":[{"estimated_time_to_regain_access":0}]}', 300.0), ("", 300.0), ("{", 300.0), ("[]", 300.0),
     ('{"1001":[{"estimated_time_to_regain_access":1e30}]}', 86_400.0),
     ('{"1001":[{"estimated_time_to_regain_access":-5}]}', 300.0)],
)  # fmt: skip
def test_how_long_to_wait_stands_in_minutes_in_a_header(
    client: httpx.Client, platform: Scripted, usage: str, wait: float
) -> None:
    assert refused(client, platform, error(80002, x_business_use_case_usage=usage)).wait == wait


@pytest.mark.parametrize(
    ("headers", "wait"),
    [({"x-app-usage": '{"call_count":91,"total_time":5,"total_cputime":5}'}, 300.0),
     ({"x-app-usage": '{"call_count":90,"total_time":5,"total_cputime":5}'}, 0.0),
     ({"x-page-usage": '{"call_count":1,"total_time":99.5}'}, 300.0),
     ({"x-business-use-case-usage": '{"1":[{"call_count":95}],"2":[{"estimated_time_to_regain_access":2}]}'}, 120.0),
     ({"x-app-usage": "<html>"}, 0.0), ({}, 0.0)],
)  # fmt: skip
def test_a_limit_that_is_almost_spent_is_never_met(
    client: httpx.Client, platform: Scripted, headers: dict[str, str], wait: float
) -> None:
    platform.say(MEDIA, Answer(listing(said(1)), headers=headers))
    assert instagram.page(client, POST, TOKEN, "").wait == wait


HTML = b"<!DOCTYPE html><html><body>Sorry, something went wrong.</body></html>"


@pytest.mark.parametrize(
    ("answer", "means"),
    [(Answer(HTML, 200), "answer-unreadable"), (Answer(HTML, 500), "platform-down"), (Answer(HTML, 403), "permission-missing"),
     (Answer(b"", 200), "answer-unreadable"), (Answer(b"[]", 200), "answer-unreadable"), (Answer({"data": {}}), "answer-unreadable"),
     (Answer({}), "answer-unreadable"), (Answer({"data": None}), "answer-unreadable"), (Answer(b"", 429), "slow-down"),
     (Answer(b"{", 503), "platform-down"), (Answer(b"", 302, {"location": "http://elsewhere.example/"}), "platform-down"),
     (Answer(b"", 401), "token-refused"), (Answer(b"", 404), "post-gone"), (Answer(b'{"data":' + b"[" * 50_000), "answer-unreadable"),
     (Answer({"error": "words"}, 400), "platform-down"), (Answer({"data": [], "paging": 5}), "answer-unreadable")],
)  # fmt: skip
def test_a_platform_that_talks_nonsense_is_refused_in_words(
    client: httpx.Client, platform: Scripted, answer: Answer, means: str
) -> None:
    assert refused(client, platform, MEDIA, answer).code == means


def test_a_token_that_the_platform_repeats_is_not_passed_on(client: httpx.Client, platform: Scripted) -> None:
    message = f"Malformed access token {TOKEN} ({TOKEN[:30]}) " + "x" * 100 + TOKEN
    found = refused(client, platform, error(190, message=message)).found
    assert found.startswith("190/0 Malformed access token …")
    echoed = refused(client, platform, Answer(f"Bearer {TOKEN}".encode(), 500))
    assert echoed.code == "platform-down"


def test_a_platform_out_of_reach_says_so(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "INSTAGRAM", "http://127.0.0.1:9/v1")
    with pytest.raises(SourceRefused) as caught:
        instagram.page(client, POST, TOKEN, "")
    assert caught.value.code == "platform-down"


@pytest.mark.parametrize("mark", ["{", "null", "cursor", '{"m":1}'])
def test_a_mark_that_is_not_ours_is_refused(client: httpx.Client, platform: Scripted, mark: str) -> None:
    with pytest.raises(SourceRefused):
        instagram.page(client, POST, TOKEN, mark)
    assert platform.asked == []
