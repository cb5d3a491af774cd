"""The proof of work: our check and the library's agree, on honest payloads and on bent ones."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.web import proof

KEY = "k" * 32
NOW = datetime.now(UTC).replace(microsecond=0)


def solved(now: datetime = NOW, key: str = KEY) -> dict[str, Any]:
    """Return a payload, decoded."""
    challenge = altcha.Challenge.from_dict(proof.challenge(key, 1, now))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    found: dict[str, Any] = altcha.Payload(challenge, solution).to_dict()
    return found


def packed(payload: Any) -> str:
    """Return a payload as the widget sends it."""
    return base64.b64encode(json.dumps(payload).encode()).decode()


PAYLOAD = solved()
PATHS = [("challenge", "signature"), ("solution", "derivedKey")] + [
    ("challenge", "parameters", name) for name in PAYLOAD["challenge"]["parameters"]
]


def test_an_honest_payload_is_valid_and_named_for_once() -> None:
    checked = proof.check(packed(PAYLOAD), KEY, NOW + timedelta(seconds=7))
    assert (checked.proof, checked.age) == ("valid", 7)
    assert altcha.verify_solution(packed(PAYLOAD), KEY, hmac_key_secret=f"{KEY}/derived").verified
    assert checked.used
    assert checked.used == proof.check(packed(PAYLOAD), KEY, NOW).used


@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_a_bent_value_is_bad_for_both(path: tuple[str, ...]) -> None:
    bent = json.loads(json.dumps(PAYLOAD))
    place = bent
    for step in path[:-1]:
        place = place[step]
    value = place[path[-1]]
    place[path[-1]] = value + 1 if isinstance(value, int) else ("f" if value[:1] != "f" else "e") + value[1:]
    assert proof.check(packed(bent), KEY, NOW).proof == "bad"
    assert not altcha.verify_solution(packed(bent), KEY, hmac_key_secret=f"{KEY}/derived").verified


def test_another_key_an_added_value_and_time_make_it_bad() -> None:
    assert proof.check(packed(PAYLOAD), "other", NOW).proof == "bad"
    assert proof.check(packed(PAYLOAD), KEY, NOW + proof.VALID_FOR).proof == "bad"
    added = json.loads(json.dumps(PAYLOAD))
    added["challenge"]["parameters"]["data"] = {"x": 1}
    assert proof.check(packed(added), KEY, NOW).proof == "bad"


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda data: base64.b64encode(data).decode()))
def test_nothing_that_is_sent_raises(payload: str) -> None:
    assert proof.check(payload, KEY, NOW).proof in {"none", "bad"}
