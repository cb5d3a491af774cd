"""What a text says: its compared form, its hashtags, whom it names, its length; and that no text takes long."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contests.comment import Site
from contests.rules.wording import hashtags, key, length, mentions, without_mentions

SITES: tuple[Site, ...] = (
    "bluesky", "facebook", "instagram", "mastodon", "reddit", "x", "youtube", "other",
)  # fmt: skip
# Marks, joiners, boundaries and letters that fold in strange ways, more often than chance would bring them.
nasty = st.text(
    st.one_of(
        st.sampled_from(
            "#＃@＠._-/:&aA9é \n\u200d\u200c\ufe0f\u20e3\u0301\u0345\u0316İıßœŒØﬁﾊﾞガĳΣς가ᄀ\u1161🇫🎄\u200b\u3164"
        ),
        st.characters(codec="utf-8"),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Noël", "NOËL"),
        ("Noe\u0308l", "Noël"),
        ("ｗｉｎ", "win"),
        ("𝐖𝐢𝐧", "win"),
        ("Straße", "STRASSE"),
        ("w\u200di\u200cn\ufe0f", "win"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ﾊﾟﾘ", "パリ"),
    ],
)
def test_what_people_write_in_two_ways_compares_as_one(left: str, right: str) -> None:
    assert key(left) == key(right)
    assert key(left, accents=False) == key(right, accents=False)


@pytest.mark.parametrize(
    ("left", "right"), [("été", "ete"), ("cœur", "COEUR"), ("Łódź", "lodz"), ("øre", "ore"), ("İstanbul", "istanbul")]
)
def test_accents_tell_apart_unless_they_are_folded(left: str, right: str) -> None:
    assert key(left) != key(right)
    assert key(left, accents=False) == key(right, accents=False)


@pytest.mark.parametrize(
    ("left", "right"), [("win", "w\u0456n"), ("ISTANBUL", "\u0131stanbul"), ("カ", "ガ"), ("o", "0"), ("a", "\u03b1")]
)
def test_other_letters_stay_other_letters(left: str, right: str) -> None:
    assert key(left) != key(right)
    assert key(left, accents=False) != key(right, accents=False)


@given(nasty, st.booleans())
@settings(max_examples=500)
def test_the_compared_form_compares_as_itself(text: str, accents: bool) -> None:  # noqa: FBT001
    once = key(text, accents=accents)
    assert key(once, accents=accents) == once


@given(nasty)
def test_what_compares_as_one_with_accents_does_without(text: str) -> None:
    assert key(key(text), accents=False) == key(text, accents=False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Je joue ! #Jeu2026, #noël_à_Paris.", ("Jeu2026", "noël_à_Paris")),
        ("#2026 #_ #12_3", ()),
        ("#2026noel", ("2026noel",)),
        ("＃ｊｅｕ #jeu", ("ｊｅｕ", "jeu")),
        ("(#un)[#deux]«#trois»“#quatre”", ("un", "deux", "trois", "quatre")),
        ("!#un ?#deux 、#三。", ("un", "deux", "三")),
        ("mot#jeu 語#日本 5#jeu a&#39;", ()),
        ("# jeu #", ()),
        ("##jeu", ("jeu",)),
        ("#un#deux #3#quatre", ("un", "deux", "quatre")),
        ("#https://people.example/ #jeu://", ()),
        ("https://people.example/#jeu people.example/a#jeu www.people.example#jeu", ()),
        ("people.example #jeu", ("jeu",)),
        ("https://people.example/chemin、#jeu", ("jeu",)),
        ("#️⃣ #\u20e3jeu ❤️#jeu 👩\u200d🎤#voix", ("jeu", "voix")),
        ("#jeu❤️ #jeu\ufe0f", ("jeu", "jeu")),
        ("#col·legi #リンク・集 #し〜む #ゝ々", ("col·legi", "リンク・集", "し〜む", "ゝ々")),
        ("#می\u200cروم #ක්\u200dෂ", ("می\u200cروم", "ක්\u200dෂ")),
        ("#שָׁלוֹם #สวัสดี #नमस्ते #هدية_٢٠٢٦ #Ελλάδα #Հայ", ("שָׁלוֹם", "สวัสดี", "नमस्ते", "هدية_٢٠٢٦", "Ελλάδα", "Հայ")),
        ("#\U00020000 #\U00010400\U000104a1", ("\U00020000", "\U00010400\U000104a1")),
        ("#l'été #jeu-concours", ("l", "jeu")),
        ("\n#un\r\n#deux\u2028#trois\u200b#quatre", ("un", "deux", "trois", "quatre")),
    ],
)
def test_hashtags_are_found_where_platforms_find_them(text: str, found: tuple[str, ...]) -> None:
    assert hashtags(text) == found


@pytest.mark.parametrize(
    ("site", "text", "found"),
    [
        ("instagram", "@alice @bob_ ＠carol, merci", ("alice", "bob_", "carol")),
        ("instagram", "@xo._claire._ (@zoe.)", ("xo._claire._", "zoe")),
        ("instagram", "@alice... @bob..carol", ("alice", "bob")),
        ("instagram", ".@alice -@bob “@carol” ❤️@dan", ("alice", "bob", "carol", "dan")),
        ("instagram", "友達@aliceに！ เพื่อน@bob", ("alice", "bob")),
        ("instagram", "alice@people.example zoé@people.example иван@people.example a.b+c@people.example", ()),
        ("instagram", "https://people.example/@alice people.example/@bob www.people.example/@carol", ()),
        ("instagram", "@_@ @@alice #@alice $@alice !@alice @ alice @", ()),
        ("instagram", "@alicé @alice\u0301 @alice@people.example @https://people.example", ()),
        ("instagram", "@alice's @123 @alice/liste", ("alice", "123", "alice")),
        ("x", "@alice.merci RT@bob rt @carol", ("alice", "bob", "carol")),
        ("x", "alert@people.example @alice@people.example", ()),
        ("mastodon", "@alice@people.example @bob. @carol@a-b.people.example.", ("alice@people.example", "bob", "carol@a-b.people.example")),
        ("mastodon", "@alice@localhost", ()),
        ("bluesky", "@alice.people.example, @bob-b.people.example.", ("alice.people.example", "bob-b.people.example")),
        ("youtube", "@Zoé-Müller @田中·太郎 @alice.", ("Zoé-Müller", "田中·太郎", "alice")),
        ("reddit", "u/alice /u/bob-b U/carol menu/alice https://people.example/u/dan @eve", ("alice", "bob-b", "carol")),
        ("other", "@alice @bob@people.example", ("alice", "bob@people.example")),
    ],
)  # fmt: skip
def test_handles_are_found_as_each_site_has_them(site: Site, text: str, found: tuple[str, ...]) -> None:
    assert mentions(text, site) == found


@given(nasty, nasty, nasty)
@settings(max_examples=300)
def test_text_that_does_not_touch_a_hashtag_takes_none_away(before: str, text: str, after: str) -> None:
    assert hashtags(f"{before} {text} {after}") == hashtags(before) + hashtags(text) + hashtags(after)


@given(nasty, nasty, st.sampled_from(SITES))
@settings(max_examples=300)
def test_text_that_does_not_touch_a_handle_takes_none_away(text: str, after: str, site: Site) -> None:
    assert mentions(f"{text} {after}", site) == mentions(text, site) + mentions(after, site)


@given(nasty)
def test_a_hashtag_is_typed_in_the_text_and_is_one_alone(text: str) -> None:
    for tag in hashtags(text):
        assert tag in text
        assert hashtags(f"#{tag}") == (tag,)


@given(nasty, st.sampled_from(SITES))
def test_a_text_without_its_mentions_names_nobody_else(text: str, site: Site) -> None:
    assert length(without_mentions(text, site)) <= length(text)
    if not mentions(text, site) and "/" not in text and "www" not in text.lower():
        assert without_mentions(text, site) == text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", 0),
        (" \n\t\u3000", 0),
        ("merci", 5),
        (" a b ", 3),
        ("a\r\nb", 3),
        ("e\u0301te\u0301", 3),
        ("👨\u200d👩\u200d👧\u200d👦", 1),
        ("👍🏽❤️", 2),
        ("🇫🇷🇧🇪🇨🇭", 3),
        ("🇫", 1),
        ("\u200b\u2060\ufeff\u3164", 0),
        ("a\u200b\u200b\u200bb", 2),
        ("한국\u1112\u1161\u11ab", 3),
        ("क्षि", 1),
        ("z\u0351\u036b\u0343", 1),
    ],
)
def test_length_is_what_a_person_counts(text: str, seen: int) -> None:
    assert length(text) == seen


@given(nasty, nasty)
def test_length_never_exceeds_the_code_points_and_spaces_at_the_ends_change_nothing(text: str, more: str) -> None:
    assert length(text) <= len(text)
    assert length(f" {text}\n") == length(text)
    assert length(f"{text} {more}") <= len(text) + 1 + len(more)


PILES = (
    "#", "@", "#a", "@a", "a.", "a-", "-", "a@", "@a@", "@a.a", "www.", "http://", "http://a ", "a/", "a.b/ ", "_", "##1",
    "@a@b.c.d-", "@a-", "u/", "rt@", "&#", "a\u0301\u0316", "\u0315\u0300", "\u0300\uff9e", "\u0345", "\u200d", "A\u200d",
    "👨\u200d", "🇫", "🇫🇷", "\ufe0f", "#a\u0301://", "œ", "İ", "가", "क्", "\u0600", " ", "\n", "\U000e0061",
)  # fmt: skip
READERS: dict[str, Callable[[str], object]] = {
    "key": key,
    "key without accents": lambda text: key(text, accents=False),
    "hashtags": hashtags,
    "mentions": mentions,
    "mentions on x": lambda text: mentions(text, "x"),
    "mentions on reddit": lambda text: mentions(text, "reddit"),
    "mentions on youtube": lambda text: mentions(text, "youtube"),
    "without mentions": without_mentions,
    "length": length,
}


def taken(reader: Callable[[str], object], pile: str, size: int) -> float:
    """Return the processor's seconds that reading a pile of so many bytes takes."""
    text = f"a{pile * (size // len(pile.encode()))}a"
    start = time.process_time()
    reader(text)
    return time.process_time() - start


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("pile", PILES, ids=ascii)
def test_a_hundred_kilobytes_of_anything_are_read_at_once(name: str, pile: str) -> None:
    # A machine's speed says nothing; four times the text may take four times as long, never sixteen. One of a few looks
    # is enough: what others do on the machine makes a look longer, never shorter.
    short = min(taken(READERS[name], pile, 25_000) for _ in range(2))
    assert any(taken(READERS[name], pile, 100_000) < 8 * short + 0.01 for _ in range(4))
