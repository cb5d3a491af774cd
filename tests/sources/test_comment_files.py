"""Files of comments as tools and people write them: told apart by what is in them, read to the end, or refused in words."""

import csv
import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from contests.comment import Comment, Site
from contests.errors import Malformed
from contests.sources import tally as counting
from contests.sources.delimited import Lines
from contests.sources.files import Listing, comments, read_comments, read_followers, sniff
from contests.sources.tally import Problem, Tally

PARIS = ZoneInfo("Europe/Paris")
INSTAGRAM = (
    ',,Name,Username,"Profile ID",Date,Likes,Comment,"User Verified",Thumbnail,"Comment ID","Profile URL","Comment URL"'
)


def listing(data: bytes | str, site: Site | None = None, scope: str = "", zone: ZoneInfo = PARIS) -> Listing:
    file = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return read_comments(file, "comments.csv", zone, site=site, scope=scope)


def read(data: bytes | str, site: Site | None = None, **more: Any) -> tuple[list[Comment], Listing]:
    found = listing(data, site, **more)
    return list(found.comments), found


def codes(found: Listing) -> set[str]:
    return {caveat.code for caveat in found.caveats}


def refused(data: bytes | str, site: Site | None = "other") -> Malformed:
    with pytest.raises(Malformed) as caught:
        read(data, site)
    assert caught.value.found
    assert caught.value.todo("fr") != caught.value.todo("en")
    return caught.value


def table(*rows: Sequence[str], separator: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


def workbook(*rows: Sequence[object], links: dict[tuple[int, int], str] | None = None, **options: bool) -> bytes:
    """Return an .xlsx whose cells are numbers where they are numbers; `links` by row and column from 0."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if link := (links or {}).get((i, j)):
                sheet.write_url(i, j, link, string=str(cell))
            elif isinstance(cell, datetime):
                sheet.write_datetime(i, j, cell, day)
            elif isinstance(cell, int | float):
                sheet.write_number(i, j, cell)
            elif isinstance(cell, str) and cell.startswith("=HYPERLINK"):
                sheet.write_formula(i, j, cell, value="view")
            elif isinstance(cell, str) and cell.startswith("=!"):
                sheet.write_formula(i, j, "=" + cell[2:], value="alice")
            elif cell:
                sheet.write_string(i, j, str(cell))
    book.close()
    return out.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """Return a workbook with parts replaced; `__` in a name stands for `/`."""
    changed = {name.replace("__", "/"): value for name, value in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name, old.read(name)))
    return out.getvalue()


# ------------------------------------------------------------------------------------------- each format, read rightly


def instagram(count: int = 2) -> str:
    rows = [
        f'{n},,alice_{n},,"178414{n:011d}","2025-11-20 18:{n % 60:02d}:07",0,"Zoé & @bob, « oui »",false,https://cdn.example/t.jpg,'
        f'"1791{n:013d}",https://www.instagram.com/alice_{n},https://www.instagram.com/p/Cabc/c/1791{n:013d}/'
        for n in range(1, count + 1)
    ]
    return "\ufeff" + "\r\n".join([INSTAGRAM, *rows, ""])


def test_an_instagram_export_has_ids_and_the_handle_that_sits_under_name() -> None:
    found, whole = read(instagram())
    first = found[0]
    assert (whole.site, len(found), whole.kind.export) == ("instagram", 2, True)
    assert (first.id, first.author.id) == ("17910000000000001", "17841400000000001")
    assert (first.author.handle, first.text) == ("alice_1", "Zoé & @bob, « oui »")
    assert first.at == datetime(2025, 11, 20, 17, 1, 7, tzinfo=UTC)
    assert first.link == "https://www.instagram.com/p/Cabc/c/1791" + f"{1:013d}/"
    assert first.mentions is None
    assert codes(whole) == {"no-zone"}
    assert whole.digest == hashlib.sha256(instagram().encode()).hexdigest()


def test_a_username_that_is_there_goes_before_the_name() -> None:
    text = (
        instagram(1)
        .replace("alice_1,,", "Alice Martin,alice.m,")
        .replace("instagram.com/alice_1", "instagram.com/other")
    )
    found, _ = read(text)
    assert (found[0].author.handle, found[0].author.name) == ("alice.m", "Alice Martin")


def test_a_rows_number_in_the_place_of_an_accounts_id_is_no_id() -> None:
    text = instagram(3).replace('"17841400000000001"', "1").replace('"17841400000000002"', "2")
    found, whole = read(text)
    assert [one.author.key for one in found] == [
        "instagram//@alice_1", "instagram//@alice_2", "instagram//17841400000000003"]  # fmt: skip
    assert "no-account-ids" in codes(whole)


def test_the_platform_is_known_from_the_lines_above_the_header() -> None:
    text = (
        "Exported by,a tool\nSource URL,https://www.instagram.com/p/Cabc/\n\n,,Name,Username,Comment\n1,,alice,,oui\n"
    )
    found, whole = read(text)
    assert (whole.site, whole.kind.header, found[0].author.handle) == ("instagram", 4, "alice")
    assert "names-only" not in codes(whole)


def youtube(count: int, times: int = 25) -> str:
    rows = [
        f"{n},,@zoe{n},20/11/25 {n % times:02d}:00:00,0,false,false,bravo {n},view comment" for n in range(1, count + 1)
    ]
    return "\n".join(["id ,,Name,Date,Likes,isHearted,isPinned,Comment,(view source)", *rows])


def test_a_youtube_export_has_no_ids_and_its_row_numbers_are_none() -> None:
    found, whole = read(youtube(100, 20))
    assert whole.site == "youtube"
    assert [one.at for one in found[:1]] == [datetime(2025, 11, 20, 0, tzinfo=UTC)]
    assert {one.author.handle for one in found} == {f"zoe{n}" for n in range(1, 101)}
    assert all(one.id.startswith("~") and len(one.id) == 33 and one.author.by_handle for one in found)
    assert len({one.id for one in found}) == 100
    assert codes(whole) == {"cut-at-100", "no-comment-ids", "no-account-ids", "no-zone", "rounded-times"}
    assert whole.tally.distinct_times == 20


FACEBOOK_HEAD = ["", "", "Name (click to view profile)", "Profile ID", "Date", "Likes", "Comment", "(view source)"]
AT = datetime(2020, 5, 4, 21, 30, 15)  # noqa: DTZ001 - a spreadsheet's times have no zone
POST = "https://www.facebook.com/lumiere/posts/1015"


def facebook() -> bytes:
    rows: list[Sequence[object]] = [
        ["Comments of a post"], [], ["Exported", AT], [POST], ["Total", 3], FACEBOOK_HEAD,
        [1, "", "Alice Martin", "ID: 809570028", AT, 2, "Chantal Raymond", "view comment"],
        [1, 1, "Bob Durand", "ID: 809570029", AT, 0, "ligne 1\nligne 2", "view comment"],
        [2, "", "Zoé", "ID: 809570030", AT, 0, "=1+1", "view comment"],
    ]  # fmt: skip
    return workbook(*rows, links={
        (6, 7): f"{POST}?comment_id=10158000000000001",
        (7, 7): f"{POST}?comment_id=10158000000000001&reply_comment_id=10158000000000002",
        (8, 7): f"{POST}?comment_id=10158000000000003",
        (6, 2): "https://www.facebook.com/profile.php?id=809570028",
    })  # fmt: skip


def test_a_facebook_workbook_has_its_header_lower_down_and_its_ids_in_links() -> None:
    found, whole = read(facebook())
    assert (whole.site, whole.kind.header, whole.tally.rows) == ("facebook", 6, 3)
    assert [one.id for one in found] == [f"1015800000000000{n}" for n in (1, 2, 3)]
    assert [one.parent for one in found] == ["", "10158000000000001", ""]
    assert [one.author.id for one in found] == ["809570028", "809570029", "809570030"]
    assert [one.text for one in found] == ["Chantal Raymond", "ligne 1\nligne 2", "=1+1"]
    assert found[0].author.name == "Alice Martin"
    assert found[0].author.handle == ""
    assert found[0].at == datetime(2020, 5, 4, 19, 30, 15, tzinfo=UTC)
    assert codes(whole) == {"no-zone"}
    assert whole.digest == hashlib.sha256(facebook()).hexdigest()


def test_an_old_export_numbers_its_replies_and_needs_the_platform() -> None:
    text = table(["Id", "SubId", "Name (click to view profile)", "Date", "Likes", "Comment", "Link"],
                 ["1", "", "alice", "03.04.19 10:00:00", "0", "un", "view"],
                 ["1", "1", "bob", "03.04.19 10:00:01", "0", "deux", "view"],
                 ["2", "", "zoé", "03.04.19 10:00:02", "0", "trois", "view"])  # fmt: skip
    assert refused(text, None).code == "site-unknown"
    found, whole = read(text, "facebook")
    assert [bool(one.parent) for one in found] == [False, True, False]
    assert found[1].parent == found[0].id
    assert found[0].at == datetime(2019, 4, 3, 8, 0, tzinfo=UTC)
    assert codes(whole) == {"no-comment-ids", "no-account-ids", "names-only", "no-zone"}
    assert "names-only" not in codes(read(text.replace("zoé", "zoe"), "instagram")[1])


def test_an_export_writes_the_day_first_though_its_dates_do_not_tell() -> None:
    text = youtube(2).replace("20/11/25", "03/12/25")
    found, whole = read(text)
    assert [one.at.month for one in found if one.at] == [12, 12]
    assert "day-or-month" not in codes(whole)


def test_an_answer_to_a_comment_that_is_missing_stays_an_answer() -> None:
    text = "Id,SubId,Name (click to view profile),Comment\n7,1,alice,oui\n"
    assert read(text, "instagram")[0][0].parent == "~"


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        (["pseudo", "commentaire", "date", "id", "lien"], ["@zoé", "oui", "20/11/2025 18:05", "17911234567890123", ""]),
        (
            ["Compte", "Texte", "Date", "ID commentaire", "URL"],
            ["zoé", "oui", "20/11/2025 18:05:00", "17911234567890123", ""],
        ),
        (["Auteur", "Message", "Date", "Heure", "Id"], ["zoé", "oui", "20/11/2025", "18h05", "17911234567890123"]),
        (
            ["username", "comment", "published at", "comment id"],
            ["zoé", "oui", "2025-11-20T17:05:00Z", "17911234567890123"],
        ),
        (
            ["Comment_ID", "Handle", "Text", "created_at"],
            ["17911234567890123", "zoé", "oui", "2025-11-20T17:05:00+0000"],
        ),
        (["author", "text", "timestamp", "id"], ["zoé", "oui", "1763658300", "17911234567890123"]),
        (["author", "text", "timestamp", "id"], ["zoé", "oui", "1763658300000", "17911234567890123"]),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_table_that_a_person_made_is_read_in_french_and_in_english(
    header: list[str], cells: list[str], separator: str
) -> None:
    found, _ = read(table(header, cells, separator=separator), "x")
    assert [(one.author.handle, one.text, one.id) for one in found] == [("zoé", "oui", "17911234567890123")]
    assert found[0].at == datetime(2025, 11, 20, 17, 5, tzinfo=UTC)


def test_ids_of_people_are_read_in_both_languages_and_the_scope_is_kept() -> None:
    for title in ("profil id", "ID du profil", "user id", "Channel ID", "id utilisateur"):
        found, whole = read(f"{title},commentaire\nUC123,oui\n", "youtube", scope="chaîne")
        assert found[0].author.key == "youtube/chaîne/UC123"
        assert "no-account-ids" not in codes(whole)


INSTALOADER = [
    {"id": 17911234567890123, "created_at": 1763658300, "text": "oui 😀", "likes_count": 1,
     "owner": {"id": "1784", "username": "alice"},
     "answers": [{"id": 17911234567890124, "created_at": 1763658360, "text": 'moi "aussi" ]},[', "likes_count": 0,
                  "owner": {"username": "bob"}}]},
    {"id": 18446744073709551999, "created_at": 1763658400, "text": "", "likes_count": 0, "owner": {"username": "zoe"},
     "answers": []},
]  # fmt: skip


def test_instaloader_gives_answers_under_their_comment_and_ids_beyond_what_numbers_hold() -> None:
    found, whole = read(json.dumps(INSTALOADER, ensure_ascii=False))
    assert (whole.site, whole.kind.format) == ("instagram", "instaloader")
    assert [(one.id, one.parent, one.author.id, one.author.handle) for one in found] == [
        ("17911234567890123", "", "1784", "alice"),
        ("17911234567890124", "17911234567890123", "", "bob"),
        ("18446744073709551999", "", "", "zoe"),
    ]
    assert found[0].at == datetime(2025, 11, 20, 17, 5, tzinfo=UTC)
    assert found[1].text == 'moi "aussi" ]},['
    assert codes(whole) == {"no-account-ids"}
    assert whole.digest == hashlib.sha256(json.dumps(INSTALOADER, ensure_ascii=False).encode()).hexdigest()


def test_apify_says_how_many_replies_it_left_out() -> None:
    raw = [{"id": "17911234567890123", "text": "oui", "ownerUsername": "alice", "ownerId": "1784", "likesCount": 1,
            "timestamp": "2025-11-20T17:05:00.000Z", "repliesCount": 3,
            "replies": [{"id": "2", "text": "non", "ownerUsername": "bob", "timestamp": "2025-11-20T17:06:00.000Z"}]},
           {"error": "no_items"}]  # fmt: skip
    found, whole = read(json.dumps(raw, indent=1))
    assert [(one.author.handle, one.author.id, one.parent) for one in found] == [
        ("alice", "1784", ""), ("bob", "", "17911234567890123")]  # fmt: skip
    assert codes(whole) == {"replies-missing", "no-account-ids", "rows-unread"}
    assert [(one.line, one.code) for one in whole.tally.problems] == [(2, "item-unreadable")]


@pytest.mark.parametrize("shape", ["list", "object", "title", "href"])
def test_followers_are_read_in_each_shape_that_instagram_gave_them(shape: str) -> None:
    entries = [
        {"title": "" if shape in {"list", "object"} else name if shape == "title" else "", "media_list_data": [],
         "string_list_data": [{"href": f"https://www.instagram.com/_u/{name}", "timestamp": 1763658300}
                              | ({"value": name} if shape in {"list", "object"} else {})]}
        for name in ("alice", "bob", "alice")
    ]  # fmt: skip
    raw: object = {"relationships_followers": entries} if shape == "object" else entries
    assert read_followers(io.BytesIO(json.dumps(raw).encode())) == ("alice", "bob")


def test_the_accounts_that_one_follows_are_no_followers() -> None:
    for data, code in [({"relationships_following": []}, "following-not-followers"), ({"a": 1}, "followers-unreadable"),
                       ([{"id": 1}], "followers-unreadable")]:  # fmt: skip
        with pytest.raises(Malformed) as caught:
            read_followers(io.BytesIO(json.dumps(data).encode()))
        assert caught.value.code == code
    with pytest.raises(Malformed) as caught:
        read_followers(io.BytesIO(b"<html>"))
    assert caught.value.code == "file-is-html"


# ---------------------------------------------------------------------------------------------------- caveats and traps


@pytest.mark.parametrize(("count", "cut"), [(99, False), (100, True), (101, False)])
def test_exactly_a_hundred_rows_are_a_free_plans_cut(count: int, *, cut: bool) -> None:
    assert ("cut-at-100" in codes(read(instagram(count))[1])) == cut


@pytest.mark.parametrize(("times", "rounded"), [(59, False), (19, True)])
def test_times_that_many_rows_share_are_rounded(times: int, *, rounded: bool) -> None:
    rows = [[f"u{n}", "oui", f"2025-11-20 18:{n % times:02d}:00"] for n in range(60)]
    assert ("rounded-times" in codes(read(table(["pseudo", "texte", "date"], *rows), "x")[1])) == rounded


def test_an_hour_that_the_clock_shows_twice_is_the_earlier_and_a_zone_that_is_written_counts() -> None:
    found, whole = read("pseudo,texte,date\na,1,2025-10-26 02:30:00\nb,2,2025-10-26 02:30:00+01:00\n", "x")
    assert [one.at for one in found] == [datetime(2025, 10, 26, h, 30, tzinfo=UTC) for h in (0, 1)]
    assert whole.tally.zoneless == 1


@pytest.mark.parametrize(
    ("dates", "days", "unclear"),
    [(["05/04/2025 10:00", "13/04/2025 10:00"], [5, 13], False), (["04/05/2025 10:00", "04/13/2025 10:00"], [5, 13], False),
     (["05/04/2025 10:00"], [5], True), (["4/5/2025, 10:00:00 AM"], [5], False), (["05.04.25 10:00:00"], [5], False)],
)  # fmt: skip
def test_the_day_or_the_month_comes_first_as_the_column_shows(
    dates: list[str], days: list[int], *, unclear: bool
) -> None:
    found, whole = read(table(["pseudo", "texte", "date"], *[["a", str(i), day] for i, day in enumerate(dates)]), "x")
    assert [(one.at.month, one.at.day) for one in found if one.at] == [(4, day) for day in days]
    assert ("day-or-month" in codes(whole)) == unclear


def test_a_time_that_cannot_be_read_is_none_and_a_day_alone_is_said() -> None:
    found, whole = read("pseudo,texte,date\na,1,3 hours ago\nb,2,2025-11-20\nc,3,31/02/2025\nd,4,\n", "x")
    assert [one.at for one in found] == [None, datetime(2025, 11, 19, 23, tzinfo=UTC), None, None]
    assert {"times-unread", "days-only"} <= codes(whole)
    assert whole.tally.times_unread == 2
    assert "no-times" in codes(read("pseudo,texte\na,1\n", "x")[1])


def test_a_comment_may_begin_like_a_formula_but_nobody_is_called_one() -> None:
    rows = [["alice", "=cmd|' /C calc'!A0", "17911234567890123"], ["=cmd|' /C calc'!A0", "b", "17911234567890124"],
            ["bob", "+1", "=1+1"], ["@SUM(1)|x", "c", "17911234567890126"], ["zoe", "-2", '="17911234567890127"']]  # fmt: skip
    found, whole = read(table(["pseudo", "texte", "id"], *rows), "x")
    assert [(one.author.handle, one.text) for one in found] == [("alice", "=cmd|' /C calc'!A0"), ("zoe", "-2")]
    assert found[1].id == "17911234567890127"
    assert [(one.line, one.code) for one in whole.tally.problems] == [(3, "formula"), (4, "formula"), (5, "formula")]


def test_unread_rows_are_counted_and_the_first_twenty_named() -> None:
    rows = [["", f"sans auteur {n}", "17911234567890123"] for n in range(30)]
    _, whole = read(table(["pseudo", "texte", "id"], *rows, ["alice", "oui", "17911234567890123"]), "x")
    assert (whole.tally.rows, whole.tally.unread, len(whole.tally.problems)) == (31, 30, 20)
    assert [one.line for one in whole.tally.problems] == list(range(2, 22))
    assert ": 30." in next(one.text.fr for one in whole.caveats if one.code == "rows-unread")


@pytest.mark.parametrize(
    ("row", "code"),
    [(["alice", "x" * 20_001, ""], "cell-too-long"), (["alice", "a\0b", ""], "nul"), (["a" * 201, "oui", ""], "cell-too-long"),
     (["alice", "oui", "", "de trop"], "too-many-cells"), (["alice", "oui", "1 2"], "id-unreadable"),
     (["alice", "oui", "9" * 201], "id-unreadable"), (["@", "oui", ""], "no-author")],
)  # fmt: skip
def test_a_row_that_cannot_be_one_is_left_out_with_its_line(row: list[str], code: str) -> None:
    found, whole = read(table(["pseudo", "texte", "id"], ["zoé", "a\nb", ""], row, ["bob", "x" * 20_000, ""]), "x")
    assert [one.author.handle for one in found] == ["zoé", "bob"]
    assert [(one.line, one.code) for one in whole.tally.problems] == [(4, code)]


def test_lines_of_another_encoding_are_read_and_said() -> None:
    head = b"pseudo,texte\n"
    mixed = head + "alice,Zoé 😀\n".encode() + "bob,L’Œillet coûte 5 €\n".encode("cp1252")
    found, whole = read(mixed, "x")
    assert [one.text for one in found] == ["Zoé 😀", "L’Œillet coûte 5 €"]
    assert "mixed-encoding" in codes(whole)
    assert "mixed-encoding" not in codes(read(head + "bob,L’Œillet\n".encode("cp1252"), "x")[1])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_is_the_same_however_it_was_saved(encoding: str, end: str) -> None:
    text = end.join(["pseudo;texte", "zoé;oui; non".replace("; non", ""), '"bob";"deux', 'lignes"', ""])
    found, _ = read(text.encode(encoding), "x")
    assert [(one.author.handle, one.text) for one in found] == [("zoé", "oui"), ("bob", f"deux{end}lignes")]


@given(st.text(st.sampled_from("aé😀,\r\n"), max_size=40), st.integers(1, 9), st.sampled_from(["utf-8", "utf-16-le"]))
def test_lines_are_the_same_wherever_blocks_end(text: str, size: int, encoding: str) -> None:
    data = text.encode(encoding)
    blocks = [data[i : i + size] for i in range(0, len(data), size)]
    assert list(Lines(blocks, encoding)) == [line.decode() for line in text.encode().splitlines(keepends=True)]


def test_lines_are_counted_over_many_blocks() -> None:
    text = "pseudo,texte\r\n" + "".join(f"u{n},é😀\r\n" for n in range(9_000)) + ",personne\r\n"
    found, whole = read(text, "x")
    assert len(found) == 9_000
    assert [one.line for one in whole.tally.problems] == [9_002]


def test_a_short_number_is_no_id_and_a_link_carries_one() -> None:
    text = ("id,pseudo,texte,lien\n1,a,un,https://www.youtube.com/watch?v=abc&lc=UgzA.xyz\n"
            "2,b,deux,https://www.youtube.com/watch?v=abc&lc=UgzB\n3,c,trois,\n")  # fmt: skip
    found, whole = read(text)
    assert whole.site == "youtube"
    assert [(one.id, one.parent) for one in found[:2]] == [("UgzA.xyz", "UgzA"), ("UgzB", "")]
    assert found[2].id.startswith("~")
    assert whole.tally.without_id == 1


@pytest.mark.parametrize(
    ("link", "site"),
    [("https://www.instagram.com/p/C/", "instagram"), ("https://m.facebook.com/1/posts/2", "facebook"),
     ("https://youtu.be/abc", "youtube"), ("https://mobile.twitter.com/a/status/1", "x"), ("https://x.com/a/status/1", "x"),
     ("https://bsky.app/profile/a/post/b", "bluesky"), ("https://old.reddit.com/r/a/comments/b", "reddit"),
     ("https://www.tiktok.com/@a/video/1", "other"), ("https://social.example/@a/1", None), ("https://notx.com/a", None),
     ("https://[x", None), ("voir", None)],
)  # fmt: skip
def test_links_tell_the_platform(link: str, site: Site | None) -> None:
    assert sniff(io.BytesIO(f"pseudo,texte,lien\nalice,oui,{link}\n".encode()), "f").site == site


def test_a_platform_that_differs_from_the_one_chosen_is_refused() -> None:
    assert refused(instagram(), "facebook").code == "site-differs"


# ------------------------------------------------------------------------------------------------------------ refused

TAKEOUT = "Channel ID,Comment Create Timestamp,Price,Comment ID,Parent Comment ID,Video ID,Comment Text\nUC1,2025,0,Ug1,,v,x\n"
META = ("\ufeffPost ID,Page ID,Page name,Title,Description,Publish time,Permalink,Comments\n"
        '1.22158E+17,1,Lumière,t,d,11/20/2025 09:00,u,"1,250"\n')  # fmt: skip
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (b"\xef\xbb\xbf \r\n", "file-empty"),
        (b"\n <!DOCTYPE html><html>", "file-is-html"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "file-is-html"),
        (OLE, "file-is-xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "file-encrypted"),
        (b"%PDF-1.7", "file-not-text"),
        (b"\x1f\x8b\x08", "file-not-text"),
        (b"pseudo,texte\0\nalice,oui\n", "file-not-text"),
        (zipped(content="x"), "file-is-zip"),
        (b"PK\x03\x04" + b"\0" * 100, "workbook-damaged"),
        (TAKEOUT, "own-comments"),
        ('Comment ID,author,Comment\nUg1,a,"{""takeoutSegments"":[{""text"":""x""}]}"\n', "own-comments"),
        ('Comment ID,author,Comment\nUg1,a,"{""text"":""x""},{""text"":""y""}"\n', "own-comments"),
        (META, "posts-not-comments"),
        ("Nom;Ville\nMartin;Lyon\n", "columns-unknown"),
        ("pseudo;texte;pseudo\na;b;c\n", "column-twice"),
        ("pseudo;texte\n", "comments-none"),
        ("pseudo;texte\n;\n", "comments-none"),
        ("[]", "comments-none"),
        ('{"relationships_followers": []}', "followers-not-comments"),
        ('[{"title":"","string_list_data":[]}]', "followers-not-comments"),
        ('{"comments": []}', "json-unknown"),
        ('[{"cid": "1", "author": "alice"}]', "json-unknown"),
        ("[1, 2]", "json-unknown"),
        ("[" * 70, "json-malformed"),
        (json.dumps(INSTALOADER)[:-1], "json-malformed"),
        (json.dumps(INSTALOADER) + "x", "json-malformed"),
        ('pseudo,texte\nalice,"ouvert\nbob,x\n', "csv-malformed"),
        ('pseudo,texte\nalice,"a"b\n', "csv-malformed"),
        ("pseudo,texte,id\nalice,oui,1.79112E+16\n", "ids-damaged"),
        ('pseudo,texte,id\nalice,oui,"1,79112E+16"\n', "ids-damaged"),
        ("pseudo,texte,profil id\nalice,oui,1E+17\n", "ids-damaged"),
        ("pseudo,texte,id\n" + "".join(f"a,oui,17911234567891{n}00\n" for n in "1234"), "ids-damaged"),
        (workbook(["pseudo", "texte", "id"], ["alice", "oui", 17911234567890123]), "ids-damaged"),
        (workbook(["Nom", "Ville"], ["Martin", "Lyon"]), "columns-unknown"),
        (workbook(), "columns-unknown"),
    ],
)  # fmt: skip
def test_what_holds_no_comments_is_refused_by_name(data: bytes | str, code: str) -> None:
    error = refused(data, None if isinstance(data, str) and data.startswith("[") else "other")
    assert error.code == code
    assert error.where or code in {"comments-none", "json-malformed"}


def test_headers_that_are_not_known_are_shown_with_what_is_needed() -> None:
    error = refused("Prénom;Ville\nAlice;Lyon\n")
    assert error.found == "Prénom, Ville"
    assert "« pseudo »" in error.todo.fr
    assert "“comment”" in error.todo.en


def test_an_id_that_happens_to_end_in_zeros_is_no_damage() -> None:
    rows = "".join(
        f"a{n},oui,179112345678900{end}\n" for n, end in enumerate(["00", "00", "00", "00", "00", "00", "01"])
    )
    assert len(read("pseudo,texte,id\n" + rows, "x")[0]) == 7
    # One id that is whole shows that nothing was rounded, whatever the next ones look like.
    whole = ["17911234567890123", *(f"1791123456789{n}000" for n in range(10, 20))]
    assert len(read("pseudo,texte,id\n" + "".join(f"a,oui,{one}\n" for one in whole), "x")[0]) == 11


def test_a_spreadsheets_own_first_line_about_the_separator_is_no_header() -> None:
    found, whole = read("sep=;\npseudo;texte\nalice;oui\n", "x")
    assert (len(found), whole.kind.header, whole.kind.separator) == (1, 2, ";")


def test_a_line_without_an_end_is_refused() -> None:
    assert refused("pseudo,texte\nalice," + "x" * (3 * 1024 * 1024)).code in {"line-too-long", "csv-malformed"}
    assert refused("pseudo,texte\nalice,x\n" + "é" * (2 * 1024 * 1024)).code == "line-too-long"


def test_an_item_without_an_end_is_refused() -> None:
    rest = json.dumps(INSTALOADER)[:-1] + ', {"text": "' + "x" * (5 * 1024 * 1024)
    assert refused(rest, None).code == "item-too-large"


# ---------------------------------------------------------------------------------------------------------- workbooks

SMALL = workbook(["pseudo", "texte"], ["alice", "oui"])


def test_a_workbook_that_unpacks_to_far_more_is_not_unpacked() -> None:
    for part in ("xl__sharedStrings.xml", "xl__worksheets__sheet1.xml", "xl__workbook.xml"):
        bomb = repacked(SMALL, **{part: b"<sst>" + b" " * (40 * 1024 * 1024) + b"</sst>"})
        assert len(bomb) < 100_000
        tracemalloc.start()
        assert refused(bomb).code == "file-too-large"
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
        tracemalloc.stop()


def test_a_document_type_is_refused_before_its_entities_count() -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sst><si><t>&b;</t></si></sst>'
    error = refused(repacked(SMALL, **{"xl__sharedStrings.xml": laughs}))
    assert error.code == "workbook-damaged"
    assert "document type" in error.found


def test_a_workbook_with_a_password_inside_the_archive_is_refused() -> None:
    locked = bytearray(SMALL)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = locked.find(magic)
        while at >= 0:
            locked[at + offset] |= 1
            at = locked.find(magic, at + 4)
    assert refused(bytes(locked)).code == "file-encrypted"


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
def test_a_workbook_that_was_cut_is_damaged(cut: float) -> None:
    assert refused(SMALL[: int(len(SMALL) * cut)]).code == "workbook-damaged"


def test_a_compression_that_no_spreadsheet_uses_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SMALL)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert refused(out.getvalue()).code == "workbook-damaged"


def test_a_tag_without_an_end_is_not_held() -> None:
    chance = b"".join(hashlib.sha256(n.to_bytes(4, "big")).hexdigest().encode() for n in range(120_000))
    error = refused(repacked(SMALL, **{"xl__sharedStrings.xml": b'<sst a="' + chance + b'"/>'}))
    assert (error.code, "one tag" in error.found) == ("workbook-damaged", True)


def test_a_long_text_that_is_repeated_very_often_is_not_held_as_often() -> None:
    rows = [["pseudo", "texte"] + [f"c{n}" for n in range(50)]] + [["alice"] + ["x" * 20_000] * 51] * 200
    data = workbook(*rows)
    tracemalloc.start()
    assert sniff(io.BytesIO(data), "f").columns[:2] == ("handle", "text")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 25_000_000


def test_rows_that_are_numbered_wrongly_are_rows_too() -> None:
    rows = [["avant"], ["pseudo", "texte"], ["alice", "un"], ["bob", "deux"]]
    sheet = (
        zipfile.ZipFile(io.BytesIO(workbook(*rows)))
        .read("xl/worksheets/sheet1.xml")
        .replace(b'<row r="4"', b'<row r="1"')
    )
    found, _ = read(repacked(workbook(*rows), **{"xl__worksheets__sheet1.xml": sheet}), "x")
    assert [one.author.handle for one in found] == ["alice", "bob"]


def test_a_shared_string_that_is_missing_is_damage() -> None:
    assert refused(repacked(SMALL, **{"xl__sharedStrings.xml": b"<sst/>"})).code == "workbook-damaged"


def test_text_of_a_workbook_is_whole() -> None:
    texts = ["a\r\nb", "_x000D_", "😀 Zoé", "  blancs  ", "=1+1", "<b>&amp;", "x" * 20_000, "12", "TRUE"]
    rows = [["pseudo", "texte"], *(["alice", text] for text in texts)]
    for inline in (False, True):
        found, whole = read(workbook(*rows, constant_memory=inline, in_memory=not inline), "x")
        assert [one.text for one in found] == texts
        assert not whole.tally.problems


def test_runs_are_joined_and_readings_aloud_left_out() -> None:
    part = (b"<sst><si><t>pseudo</t></si><si><t>texte</t></si><si><t>alice</t></si><si><r><t>ou</t></r><r><t>i _xD83D__xDE00_</t></r>"
            b"<rPh><t>wee</t></rPh></si></sst>")  # fmt: skip
    assert read(repacked(SMALL, **{"xl__sharedStrings.xml": part}), "x")[0][0].text == "oui 😀"


def test_a_link_by_formula_is_a_link_and_any_other_formula_is_shown() -> None:
    rows = [["pseudo", "texte", "lien"],
            ["alice", "oui", '=HYPERLINK("https://www.instagram.com/p/C/c/17911234567890123/","view")'],
            ["=!A2", "non", ""]]  # fmt: skip
    found, whole = read(workbook(*rows))
    assert (whole.site, found[0].id) == ("instagram", "17911234567890123")
    assert [(one.line, one.code) for one in whole.tally.problems] == [(3, "formula")]


def test_serial_days_are_read_from_either_origin() -> None:
    for old in (False, True):
        data = workbook(["pseudo", "texte", "date"], ["alice", "oui", AT], date_1904=old)
        assert read(data, "x")[0][0].at == datetime(2020, 5, 4, 19, 30, 15, tzinfo=UTC)


# ---------------------------------------------------------------------------------------------------------- properties

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
HANDLES = st.from_regex(r"[a-z0-9_][a-z0-9_.]{0,12}", fullmatch=True)
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)
ROWS = st.lists(st.tuples(HANDLES, TEXTS, MOMENTS), min_size=1, max_size=12)
HEADER = ["pseudo", "commentaire", "date", "id"]


def told(found: list[Comment]) -> list[tuple[str, str, datetime | None]]:
    return [(one.author.handle, one.text, one.at) for one in found]


@given(ROWS, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_was_written_is_read_back(rows: list[tuple[str, str, datetime]], separator: str, encoding: str) -> None:
    text = table(
        HEADER, *[[h, t, at.isoformat(), f"17900000000{n}"] for n, (h, t, at) in enumerate(rows)], separator=separator
    )
    found, whole = read(text.encode(encoding), "x")
    assert told(found) == rows
    assert [one.id for one in found] == [f"17900000000{n}" for n in range(len(rows))]
    assert (whole.tally.rows, whole.tally.unread) == (len(rows), 0)


@given(ROWS, st.randoms(use_true_random=False))
def test_rows_in_any_order_and_read_twice_give_the_same_ids(rows: list[tuple[str, str, datetime]], chance: Any) -> None:
    written = [[h, t, at.isoformat()] for h, t, at in (*rows, *rows[:3])]
    once, _ = read(table(HEADER[:3], *written), "x")
    again, _ = read(table(HEADER[:3], *written), "x", zone=ZoneInfo("America/Martinique"))
    chance.shuffle(written)
    shuffled, _ = read(table(HEADER[:3], *written), "x")
    assert [one.id for one in once] == [one.id for one in again]
    assert sorted(one.id for one in once) == sorted(one.id for one in shuffled)
    assert len({one.id for one in once}) == len(written)


@given(ROWS)
@settings(max_examples=25)
def test_a_workbook_and_a_csv_of_one_table_give_the_same_ids(rows: list[tuple[str, str, datetime]]) -> None:
    plain = [(h, "".join(c for c in t if c.isprintable()), at) for h, t, at in rows]
    cells = [[h, t, at.isoformat()] for h, t, at in plain]
    from_csv, _ = read(table(HEADER[:3], *cells), "x")
    from_xlsx, _ = read(workbook(HEADER[:3], *cells), "x")
    assert from_csv == from_xlsx


@given(st.binary(max_size=400), st.sampled_from([b"", b"pseudo,texte\n", b"[{", b"PK\x03\x04", instagram(1).encode()]))
def test_any_bytes_are_read_or_refused(data: bytes, head: bytes) -> None:
    with suppress(Malformed):
        found, whole = read(head + data, "instagram")
        assert len(found) + whole.tally.unread == whole.tally.rows


@given(st.data())
@settings(max_examples=60)
def test_a_workbook_with_a_changed_byte_is_read_or_refused(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(SMALL) - 1))
    changed = bytearray(SMALL)
    changed[place] ^= data.draw(st.integers(1, 255))
    with suppress(Malformed):
        read(bytes(changed), "x")


@given(st.lists(st.recursive(st.text(max_size=8) | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=3)
                             | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=8), max_size=6),
       st.integers(1, 9), st.sampled_from([None, 1]))  # fmt: skip
def test_a_list_is_split_into_its_items_wherever_blocks_end(items: list[Any], size: int, indent: int | None) -> None:
    from contests.sources.splitter import items as split

    data = json.dumps(items, indent=indent, ensure_ascii=False).encode()
    blocks = [data[i : i + size] for i in range(0, len(data), size)]
    assert [json.loads(item) for item in split(blocks)] == items


# ------------------------------------------------------------------------------------------------------------- bounds


class Stream(io.RawIOBase):
    """A file that is made while it is read, and can be rewound."""

    def __init__(self, head: bytes, piece: bytes, times: int, tail: bytes = b"") -> None:
        self._parts = (head, piece, times, tail)
        self._made = self._start(*self._parts)
        self._left, self._at = b"", 0

    @staticmethod
    def _start(head: bytes, piece: bytes, times: int, tail: bytes) -> Iterator[bytes]:
        yield head
        for _ in range(times):
            yield piece
        yield tail

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        assert (offset, whence) == (0, 0)
        self._made = self._start(*self._parts)
        self._left, self._at = b"", 0
        return 0

    def read(self, size: int = -1) -> bytes:
        if size <= len(self._left) - self._at:
            self._at += size
            return self._left[self._at - size : self._at]
        self._left = self._left[self._at :] + next(self._made, b"")
        self._at = 0
        out = self._left[:size]
        self._at = len(out)
        return out


def peak_of(file: IO[bytes], site: Site | None) -> tuple[int, Tally]:
    tracemalloc.start()
    try:
        kind, tally = sniff(file, "large"), Tally()
        for _ in comments(file, kind, PARIS, site=kind.site or site or "other", tally=tally):
            pass
        return tracemalloc.get_traced_memory()[1], tally
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    rows = b"alice,%s,17911234567890123\n" % (b"x" * 9_900) * 100
    stream: Any = Stream(b"pseudo,texte,id\n", rows, 50 * 1024 * 1024 // len(rows))
    peak, tally = peak_of(stream, "x")
    assert tally.rows > 5_000
    assert peak < 8 * 1024 * 1024


def test_memory_does_not_grow_with_a_list() -> None:
    item = json.dumps(INSTALOADER[0] | {"text": "x" * 19_000}).encode()
    stream: Any = Stream(b"[" + item, (b"," + item) * 20, 25 * 1024 * 1024 // (len(item) * 20), b"]")
    peak, tally = peak_of(stream, None)
    assert tally.comments > 2_500
    assert peak < 8 * 1024 * 1024


def test_memory_does_not_grow_with_a_workbook() -> None:
    rows = [["pseudo", "texte"]] + [[f"u{n}", f"texte {n} " + "é" * 60] for n in range(3_000)]
    data = workbook(*rows)
    peak, tally = peak_of(io.BytesIO(data), "x")
    assert (tally.comments, tally.unread) == (3_000, 0)
    assert peak < 3 * 1024 * 1024


def test_comments_without_ids_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_WITHOUT_ID", 3)
    rows = [["alice", f"t{n}"] for n in range(4)]
    assert len(read(table(["pseudo", "texte"], *rows[:3], *rows[:3]), "x")[0]) == 6
    assert refused(table(["pseudo", "texte"], *rows)).code == "too-many-without-ids"


def test_a_great_many_comments_without_ids_are_counted_in_little_memory() -> None:
    tracemalloc.start()
    repeats = counting._Repeats()
    numbers = [hash(("x", n)) & (2**64 - 1) for n in range(20_000)]
    assert all(repeats.count(number) == 1 for number in numbers)
    assert all(repeats.count(number) == 2 for number in numbers[:100])
    tracemalloc.stop()
    assert len(repeats._places) == 65_536


def test_a_row_that_is_none_is_given_in_its_place() -> None:
    file = io.BytesIO(table(["pseudo", "texte", "id"], ["", "x", ""], ["alice", "y", ""]).encode())
    tally = Tally()
    found = list(comments(file, sniff(file, "f"), PARIS, site="x", tally=tally))
    assert isinstance(found[0], Problem)
    assert isinstance(found[1], Comment)
    assert found[0].text.fr == "Aucun auteur."


def test_the_page_about_files_explains_every_caveat() -> None:
    page = (Path(__file__).parents[2] / "docs" / "howto" / "comment-files.md").read_text(encoding="utf-8")
    assert [code for code in counting._SAYS if f"`{code}`" not in page] == []


@pytest.mark.parametrize("code", sorted(counting._SAYS))
def test_every_caveat_has_words_in_both_languages(code: str) -> None:
    said = counting._SAYS[code]
    facts = {"distinct": 1, "sampled": 2} | {name: 3 for name, value in vars(Tally()).items() if isinstance(value, int)}
    assert said.fill(**facts).fr != said.fill(**facts).en
