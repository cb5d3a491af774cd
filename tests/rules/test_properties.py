"""What holds of the rules for any entry at all: total, deterministic, monotone, capped."""

import hmac
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rules.rule_cases import CLOSES, NOW, OPENS, make_case, make_rule

from contests.codec import canonical
from contests.comment import Account, Comment, Mention, Site
from contests.entry import Email, commitment, fold, household, parse_email
from contests.errors import LANGUAGES, Malformed
from contests.rules import RULES, SAYS, decide
from contests.rules.bonus import BONUSES, Bonus
from contests.rules.case import Case, Known, Tally
from contests.rules.closed_question import ClosedQuestion, distance, seal
from contests.rules.comment_mentions import counted
from contests.rules.decision import Verdict
from contests.rules.rule import Judged, Rule
from contests.rules.unique_code import code_key
from contests.rules.wording import key, mentions

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

FIELDS = (
    "rules",
    "age",
    "age_group",
    "parent_email",
    "birth_date",
    "country",
    "answer",
    "street",
    "postcode",
    "code",
    "email",
)
few = st.integers(0, 5)
texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["1", "on", "FR", "minor", "parent@people.example", "2008-02-29", "2008-12-06", "Picasso", "{x}"]),
)
tallies = st.builds(
    Tally,
    entries=few,
    today=few,
    household=few,
    tickets=few,
    channels=st.frozensets(st.sampled_from(["page", "instagram"])),
    bonus=st.dictionaries(st.sampled_from(["referral", "second-channel"]), st.integers(0, 2000)),
)
knowns = st.builds(
    Known,
    email_confirmed=st.booleans(),
    on_list=st.booleans(),
    code=st.sampled_from(["unasked", "unknown", "free", "used"]),
    sealed_answers=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    parent=st.sampled_from(["unasked", "agreed", "busy", "refused", "silent"]),
)
domains = st.sampled_from(["people.example", "mailinator.com", "organiser.example", "x.organiser.example"])
emails = st.builds(lambda typed, domain: Email(f"{typed}@{domain}", f"{typed}@{domain}", domain), texts, domains)
all_cases = st.builds(
    Case,
    values=st.dictionaries(st.sampled_from(FIELDS), texts),
    email=emails,
    channel=st.sampled_from(["page", "instagram"]),
    at=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware
    opens_at=st.just(OPENS),
    closes_at=st.just(CLOSES),
    zone=st.sampled_from(["UTC", "Europe/Paris", "Pacific/Kiritimati", "Pacific/Tahiti"]).map(ZoneInfo),
    rules_version=st.integers(1, 4),
    tally=tallies,
    known=knowns,
)
handles = st.sampled_from(["alice", "bob", "Bob", "carol", "organiser", "alice.bis", ""])
numbers = st.sampled_from(["", "1", "2", "9"])
named = st.builds(Mention, id=numbers, handle=handles, typed=st.booleans())
said = st.lists(
    st.one_of(texts, handles.map("@{}".format), st.sampled_from(["#win", "#winter", "#Été", "Dalí"])), max_size=8
).map(" ".join)
comments = st.builds(
    Comment,
    id=st.just("c1"),
    author=st.builds(Account, site=st.sampled_from(get_args(Site)), id=numbers, handle=handles),
    text=said,
    parent=st.sampled_from(["", "c0", None]),
    mentions=st.none() | st.lists(named, max_size=6).map(tuple),
    pictures=st.none() | st.integers(0, 3),
)
BRAND = frozenset({"9", "organiser"})
comment_cases = st.builds(
    lambda case, comment, own: msgspec.structs.replace(
        case, values={}, email=Email("", "", ""), comment=comment, brand=BRAND, own=own
    ),
    all_cases,
    comments,
    st.sampled_from([frozenset[str](), frozenset({"alice.bis"})]),
)
REQUIRED: dict[str, dict[str, Any]] = {
    "residence": {"countries": ["FR", "LU"]},
    "closed-question": {"question": {"fr": "Qui ?"}, "answers": ["Pablo Picasso"], "tolerance": 2},
    "excluded-people": {"domains": ["organiser.example"]},
    "comment-follow": {"accounts": ["velobleu"]},
    "comment-hashtag": {"tags": ["win", "ete"]},
    "comment-mentions": {"at_least": 2},
    "comment-length": {"at_least": 3, "at_most": 30},
}


def rules_of(judged: Judged) -> tuple[Rule, ...]:
    """Return one rule of every kind that judges such entries."""
    return tuple(make_rule(kind, **REQUIRED.get(kind, {})) for kind in sorted(RULES) if judged in RULES[kind].judges)


COMMENT_RULES = rules_of("comment")
ALL_RULES: tuple[Rule, ...] = (
    *rules_of("page"),
    make_rule("minimum-age", by="birth-date", years=16),
    make_rule("parent-agrees", by="birth-date"),
)


def judged(rules: tuple[Rule, ...], case: Case) -> None:
    """Hold one entry against what is true of every decision."""
    outcome = decide(rules, case)
    assert outcome == decide(rules, case)
    assert [decision.rule for decision in outcome.decisions] == [rule.tag() for rule in rules]
    for decision in outcome.decisions:
        assert (decision.verdict is Verdict.YES) == (not decision.reason)
        if decision.reason:
            text = SAYS[decision.reason].fill(**decision.evidence)
            assert all(text(language) for language in LANGUAGES)
    assert bool(outcome.objections) == (outcome.verdict is not Verdict.YES)


@given(all_cases)
@settings(max_examples=300)
def test_every_rule_has_an_answer_to_every_entry_and_always_the_same(case: Case) -> None:
    judged(ALL_RULES, case)


@given(comment_cases)
@settings(max_examples=300)
def test_every_rule_of_comments_has_an_answer_to_every_comment_and_always_the_same(case: Case) -> None:
    judged(COMMENT_RULES, case)


@pytest.mark.parametrize("kind", sorted(kind for kind in RULES if "page" not in RULES[kind].judges))
def test_a_rule_of_comments_is_never_asked_about_the_page(kind: str) -> None:
    with pytest.raises(AssertionError):
        make_rule(kind, **REQUIRED.get(kind, {})).check(make_case({}))


def test_every_rule_judges_something_and_what_it_judges_is_known() -> None:
    for rule in RULES.values():
        assert rule.judges
        assert rule.judges <= {"page", "comment"}


@given(comment_cases)
@settings(max_examples=300)
def test_people_named_never_exceed_those_told_and_are_never_the_brand_or_the_author(case: Case) -> None:
    comment = case.told()
    surely, perhaps = counted(case)
    assert perhaps is None or 0 <= surely <= perhaps
    if comment.mentions is None:
        found = {key(handle) for handle in mentions(comment.text, comment.author.site)}
        assert surely <= len(found - BRAND - case.own - {key(comment.author.handle)})
    else:
        typed = [one for one in comment.mentions if one.typed and one.id not in BRAND and key(one.handle) not in BRAND]
        assert surely <= len({one.id or key(one.handle) for one in typed} - {""})
        assert surely == counted(turned(case))[0]


def turned(case: Case) -> Case:
    """Return the case with its mentions the other way round."""
    comment = case.told()
    back = msgspec.structs.replace(comment, mentions=tuple(reversed(comment.mentions or ())))
    return msgspec.structs.replace(case, comment=back)


@given(comment_cases, st.sampled_from(["organiser", "ORGANISER", "alice"]))
def test_naming_the_brand_or_oneself_brings_nobody_nearer(case: Case, handle: str) -> None:
    comment = case.told()
    told = comment.mentions
    more = msgspec.structs.replace(
        comment,
        author=msgspec.structs.replace(comment.author, handle="alice"),
        text=f"{comment.text} @{handle}",
        mentions=None if told is None else (*told, Mention(handle=handle)),
    )
    less = msgspec.structs.replace(more, text=comment.text, mentions=told)
    with_it, without = (counted(msgspec.structs.replace(case, comment=each)) for each in (more, less))
    assert with_it == without


@given(comment_cases, said)
def test_more_text_never_takes_a_hashtag_away(case: Case, more: str) -> None:
    comment = case.told()
    longer = msgspec.structs.replace(comment, text=f"{comment.text} {more}")
    rule = make_rule("comment-hashtag", tags=["win"])
    if rule.check(case).verdict is Verdict.YES:
        assert rule.check(msgspec.structs.replace(case, comment=longer)).verdict is Verdict.YES


@given(st.sampled_from(["Picasso", "Dalí", "Miró"]), st.permutations(["Picasso", "Dalí", "Miró"]), said)
def test_who_lists_all_options_never_answers(right: str, listed: list[str], more: str) -> None:
    rule = make_rule("closed-question", question={"fr": "Qui ?"}, options=["Picasso", "Dalí", "Miró"], answers=[right])
    case = make_case({"comment": {"text": f"{' '.join(listed)} {more}"}})
    assert rule.check(case).reason == "answer-several"


@given(all_cases, st.randoms(use_true_random=False))
def test_the_order_of_the_rules_changes_no_verdict(case: Case, chance: Any) -> None:
    turned = list(ALL_RULES)
    chance.shuffle(turned)
    assert decide(tuple(turned), case).verdict is decide(ALL_RULES, case).verdict


days = st.dates(date(1900, 1, 1), date(2030, 1, 1))


@given(days, days, days, st.integers(1, 120))
def test_who_is_older_is_never_refused_where_the_younger_is_let_in(a: date, b: date, on: date, years: int) -> None:
    younger, older = max(a, b), min(a, b)
    assume(younger <= on)
    rule = make_rule("minimum-age", years=years, by="birth-date")

    def answer(born: date) -> Verdict:
        return rule.check(make_case({"values": {"birth_date": born.isoformat()}, "at": f"{on}T12:00:00+01:00"})).verdict

    if answer(younger) is Verdict.YES:
        assert answer(older) is Verdict.YES


def levenshtein(left: str, right: str) -> int:
    """The textbook's whole table."""
    table = [[i + j if not i * j else 0 for j in range(len(right) + 1)] for i in range(len(left) + 1)]
    for i, a in enumerate(left, 1):
        for j, b in enumerate(right, 1):
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a != b))
    return table[-1][-1]


words = st.text(alphabet="abé ", max_size=9)


@given(words, words, st.integers(0, 4))
def test_the_distance_is_the_textbooks_up_to_its_limit(left: str, right: str, limit: int) -> None:
    assert distance(left, right, limit) == min(levenshtein(left, right), limit + 1)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


locals_ = st.one_of(
    st.from_regex(r"[A-Za-z0-9.+_'-]{1,20}", fullmatch=True), st.text(min_size=1, max_size=12), st.just("a.+x")
)
hosts = st.sampled_from(
    [
        "gmail.com",
        "GoogleMail.com",
        "outlook.fr",
        "pm.me",
        "people.example",
        "société.example",
        "xn--socit-esab.example",
    ]
)


@given(st.one_of(st.builds("{}@{}".format, locals_, hosts), st.text(max_size=60), st.emails()))
@settings(max_examples=400)
def test_the_compared_address_is_an_address_and_compares_as_itself(typed: str) -> None:
    try:
        email = parse_email(typed)
    except Malformed:
        return
    again = parse_email(email.key)
    assert again.key == email.key
    assert email.key.count("@") == 1
    assert email.domain.isascii()


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_household_is_known_whatever_the_case_and_the_spacing(street: str, postcode: str) -> None:
    one = household({"street": street, "postcode": postcode})
    assert one == household({"street": f"  {fold(street)} ", "postcode": fold(postcode)})


@given(st.text(max_size=30))
def test_a_code_is_known_by_its_compared_form(typed: str) -> None:
    assert code_key(code_key(typed)) == code_key(typed)


bonuses = st.one_of(
    *(st.builds(kind, tickets=st.integers(1, 100), cap=st.integers(1, 900)) for kind in BONUSES.values()),
)


@given(bonuses, st.integers(1, 50))
def test_a_bonus_never_exceeds_its_cap_however_often_it_is_asked(bonus: Bonus, times: int) -> None:
    got = 0
    for _ in range(times):
        due = bonus.earned(Tally(entries=1, bonus={bonus.tag(): got}))
        assert 0 <= due <= bonus.tickets
        got += due
    assert got == min(bonus.tickets * times, bonus.cap)


@given(bonuses, tallies)
def test_a_bonus_of_any_tally_is_never_negative(bonus: Bonus, tally: Tally) -> None:
    assert 0 <= bonus.earned(tally) <= bonus.tickets


answers = st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4).map(tuple)


@given(st.binary(min_size=32, max_size=32), answers, answers)
def test_a_seal_binds_to_its_answers_and_hides_them(key: bytes, right: tuple[str, ...], other: tuple[str, ...]) -> None:
    rule = ClosedQuestion(question={"fr": "Qui ?"}, answers=right)
    public = rule.close(key)
    assert public.answers == ()
    assert public.sealed == hmac.new(key, b"contests/answers/v1\n" + canonical(list(right)), sha256).hexdigest()
    assert (seal(key, other) == public.sealed) == (other == right)
    assert seal(bytes(32), right) != public.sealed or key == bytes(32)


@given(answers, st.text(max_size=20))
def test_a_sealed_question_judges_as_the_open_one_does(right: tuple[str, ...], typed: str) -> None:
    rule = ClosedQuestion(question={"fr": "Qui ?"}, answers=right, tolerance=1)
    values = {"answer": typed}
    sealed = make_case({"values": values, "known": {"sealed_answers": list(right)}})
    assert rule.check(make_case({"values": values})).verdict is rule.close(bytes(32)).check(sealed).verdict


def test_a_commitment_is_the_hmac_of_the_label_and_the_identity() -> None:
    expected = hmac.new(bytes(32), b'contests/identity/v1\n{"email":"a@b.example"}', sha256).hexdigest()
    assert commitment(bytes(32), {"email": "a@b.example"}) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "alice",
        "alice@",
        "@people.example",
        "alice@people",
        "alice@people.example.",
        "alice@@people.example",
        "alice bob@people.example",
        "Alice <alice@people.example>",
        "alice@people.example, bob@people.example",
        "alice@people.example\nBcc: bob@people.example",
        '"alice bob"@people.example',
        "alice＠bob@people.example",
        ".alice@people.example",
        "alice.@people.example",
        "al..ice@people.example",
        "alice@[127.0.0.1]",
        "alice@localhost",
        "alice@-people.example",
        f"{'a' * 64}@{'.'.join(['b' * 60] * 4)}.example",
        "alice\0@people.example",
        "\u202ealice@people.example",
    ],
)
def test_what_is_no_single_plain_address_is_refused(typed: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_email(typed)
    assert refused.value.where == "email"
    assert refused.value.found


def test_the_typed_address_is_kept_for_writing_to_it() -> None:
    email = parse_email(" A.Lice+Jeu@GMail.com ")
    assert email == Email("A.Lice+Jeu@GMail.com", "alice@gmail.com", "gmail.com")


def test_a_case_without_answers_is_built_from_nothing() -> None:
    assert msgspec.structs.asdict(make_case({}))["at"] == datetime.fromisoformat(NOW)
