"""HEAD answers as GET would, without a body, and ends where GET would go on."""

import pytest
from visitor import Site


@pytest.mark.parametrize(
    "path", ["/", "/c/sim", "/c/sim/rules", "/c/sim/qr.svg", "/c/none", "/staff", "/static/app.css", "/health"]
)
def test_head_has_the_headers_of_get_and_no_body(site: Site, path: str) -> None:
    asked, headed = (site.client.request(method, path, follow_redirects=False) for method in ("GET", "HEAD"))
    assert headed.status_code == asked.status_code
    assert headed.content == b""
    assert set(headed.headers) == set(asked.headers)
    assert headed.headers.get("content-length") == asked.headers.get("content-length")


def test_head_of_a_stream_ends(site: Site) -> None:
    headed = site.client.head("/c/sim/live/events")
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-type"].startswith("text/event-stream")


def test_head_enters_nobody(site: Site) -> None:
    assert site.client.head("/staff/sign-in/code", follow_redirects=False).status_code == 303
    assert site.client.head("/c/sim/confirm/x").status_code == 404
