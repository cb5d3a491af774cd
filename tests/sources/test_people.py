"""Spreadsheets as people really save them: read rightly, or refused with line numbers; and imported whole or not at all."""

import csv
import io
import re
import time
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulator import Make, Simulator, records_of

from contests.campaign.definition import Campaign
from contests.campaign.form import cleaned, read_form
from contests.campaign.parse import parse
from contests.errors import Malformed
from contests.flows.import_people import Imported, import_people
from contests.sources.people import People, country_code, read_people

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

ROOT = Path(__file__).parents[2]
NOEL = parse((ROOT / "examples" / "noel-lumiere.toml").read_bytes(), "toml")
HEAD = "E-mail;Prénom;Nom;Ville;Pays"
ALICE = "alice@people.example;Alice;Martin;Lyon;France"
BOB = "bob@people.example;Bob;Durand;Nîmes;FR"


def read(text: str, campaign: Campaign = NOEL) -> People:
    return read_people(text.encode(), campaign)


def refused(data: bytes | str, campaign: Campaign = NOEL) -> Malformed:
    with pytest.raises(Malformed) as caught:
        read_people(data.encode() if isinstance(data, str) else data, campaign)
    return caught.value


def with_fields(*extra: dict[str, object], rules: list[dict[str, object]] | None = None) -> Campaign:
    """Return the sample with more fields, or other rules."""
    raw = msgspec.to_builtins(NOEL)
    raw["fields"] = [*raw["fields"], *extra]
    raw["rules"] = rules if rules is not None else raw["rules"]
    return msgspec.convert(raw, Campaign)


# ----------------------------------------------------------------------------------------------- read rightly

FILE = f"{HEAD}\n{ALICE}\n{BOB}\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (FILE.encode(), "UTF-8"),
        (FILE.encode("utf-8-sig"), "UTF-8"),
        (FILE.encode("cp1252"), "Windows-1252"),
        (FILE.encode("latin-1"), "Windows-1252"),
        (FILE.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + FILE.encode("utf-16-be"), "UTF-16"),
        (FILE.replace("\n", "\r\n").encode(), "UTF-8"),
        (FILE.replace("\n", "\r").encode(), "UTF-8"),
        (FILE.rstrip("\n").encode(), "UTF-8"),
        (FILE.replace(";", ",").encode(), "UTF-8"),
        (FILE.replace(";", "\t").encode(), "UTF-8"),
        (FILE.replace(";", "|").encode(), "UTF-8"),
        (("\n\n" + FILE + "\n;;;;\n \n").encode(), "UTF-8"),
        (FILE.encode("utf-16-le"), "UTF-16"),
        (FILE.encode("utf-16-be"), "UTF-16"),
        (b"sep=;\r\n" + FILE.encode("cp1252"), "Windows-1252"),
        (b'\xef\xbb\xbf"sep=,"\n' + FILE.replace(";", ",").encode(), "UTF-8"),
        (b"sep=\t\n" + FILE.replace(";", "\t").encode(), "UTF-8"),
    ],
    ids=["utf8", "bom", "windows", "latin1", "utf16", "utf16_be", "crlf", "cr", "no_last_line_end", "commas", "tabs",
         "bars", "empty_lines", "utf16_le_bare", "utf16_be_bare", "separator_told", "separator_told_in_quotes", "tab_told"],
)  # fmt: skip
def test_a_list_is_the_same_however_it_was_saved(data: bytes, encoding: str) -> None:
    people = read_people(data, NOEL)
    assert people.encoding == encoding
    assert [person.values for person in people.people] == [
        {
            "email": "alice@people.example",
            "first_name": "Alice",
            "last_name": "Martin",
            "town": "Lyon",
            "country": "FR",
        },
        {"email": "bob@people.example", "first_name": "Bob", "last_name": "Durand", "town": "Nîmes", "country": "FR"},
    ]


def test_letters_that_only_windows_has_are_read() -> None:
    people = read_people(f"{HEAD}\nalice@people.example;Zoé;L’Œillet;Cœur–sur–Mer;France\n".encode("cp1252"), NOEL)
    assert people.people[0].values["last_name"] == "L’Œillet"


ACCENTS = f"{HEAD}\nalice@people.example;Zoé;Côté;Nîmes;France\nbob@people.example;François;Hélène;Évry;France\n"
COEUR = f"{HEAD}\nalice@people.example;Zoé;Sœur;Nîmes;France\n"


@pytest.mark.parametrize(("data", "line"), [
    (ACCENTS.encode() + "carla@people.example;Renée;B;C;France\n".encode("cp1252"), 4),
    (ACCENTS.encode().replace("Hélène".encode(), "Hélène".encode("cp1252")), 3),
    (ACCENTS.encode("cp1252") + "carla@people.example;Renée;B;C;France\n".encode(), 1),
    (ACCENTS.replace("\n", "\r\n").encode() + b"carla@people.example;Ren\xe9e;B;C;France\r\n", 4),
    (ACCENTS.encode("mac-roman"), 3),  # its ç is no byte of Windows-1252
    (f"{HEAD}\nalice@people.example;Zoé;B;C;France\n".encode("mac-roman"), 1),
    (b"E-mail;Nom\nalice@people.example;Zo\x8e\n", 2),
    (b"E-mail;Nom\nalice@people.example;\x83ric\n", 2),
    (ACCENTS.encode("cp850"), 3),  # its É is none either
    (b"E-mail;Nom\nalice@people.example;Ren\x82\n", 2),
    (b"E-mail;Nom\nalice@people.example;Fran\x87ois\n", 2),
    (COEUR.encode("iso8859-15"), 2),
    (b"E-mail;Nom\nalice@people.example;Jo\x91l\n", 2),  # Joël of a Macintosh
    (b"E-mail;Nom\nalice@people.example;Beno\x8ct\n", 2),  # Benoît, FRANÇOIS and Loïc of MS-DOS
    (b"E-mail;Nom\nalice@people.example;FRAN\x80OIS\n", 2),
    (b"E-mail;Nom\nalice@people.example;Lo\x8bc\n", 2),
    (ACCENTS.encode("utf-16") + b"\x00\xd8a\x00", 4),
    (ACCENTS.encode("utf-16") + b"\x00", 4),
    (b"E-mail;Nom\nalice@people.example;\x81\n", 2),
])  # fmt: skip
def test_a_list_in_other_letters_or_in_two_kinds_of_them_is_refused_with_its_line(data: bytes, line: int) -> None:
    caught = refused(data)
    assert (caught.code, caught.where) == ("csv-encoding", f"line {line}")
    assert f"ligne {line} : " in caught.sentence("fr")
    assert "CSV UTF-8" in caught.sentence("en")


@pytest.mark.parametrize(
    "said",
    [
        "DUPRÉ\xa0",
        "d‘Artagnan",
        "O‘Brien",
        "Cœur",
        "100 €",
        "‹Été›",
        "Žižek",
        "Šárka",
        "l’« Été »",
        "Lumière™",
        "10 ½ rue",
        "„Köln“",
        "CAFÉ\xa0»",
    ],
)
def test_windows_letters_are_not_taken_for_others(said: str) -> None:
    people = read_people(f"{HEAD}\nalice@people.example;Zoé;{said};Nîmes;France\n".encode("cp1252"), NOEL)
    assert people.people[0].values["last_name"] == said.strip()


def test_a_letter_that_was_lost_before_is_refused_with_its_line() -> None:
    with pytest.raises(Malformed, match="line 2: first_name has a letter that was lost: Zo\ufffd"):
        read(f"{HEAD}\nalice@people.example;Zo\ufffd;Martin;Lyon;France\n")


@pytest.mark.parametrize(
    "broken", ["Saint\r\nÉtienne", "Saint\nÉtienne", "Saint\tÉtienne", "Saint\xa0Étienne", "Saint\u202fÉtienne"]
)
def test_words_on_two_lines_of_a_cell_stay_two_words(broken: str) -> None:
    form = read_form(NOEL, read(f'{HEAD}\nalice@people.example;A;B;"{broken}";France\n').people[0].values, "fr")
    assert form.values["town"] == "Saint Étienne"


@pytest.mark.parametrize(("cell", "ticked"), [
    ("✓", True), ("✔️", True), ("☑", True), ("x", True), ("OUI", True), ("☐", False), ("non", False), ("0", False),
    ("☒", None), ("✗", None), ("?", None), ("-", None), ("peut-être", None), ("17", None),
])  # fmt: skip
def test_a_tick_is_a_tick_and_what_is_neither_is_refused(cell: str, ticked: bool | None) -> None:  # noqa: FBT001
    text = f"E-mail;age\nalice@people.example;{cell}\n"
    if ticked is None:
        assert "age is neither yes nor no" in refused(text).found
    else:
        assert ("age" in read(text).people[0].values) == ticked


@pytest.mark.parametrize(("cell", "found"), [
    ("RenÃ©e", "read wrongly before"), ("Lâ€™Œillet", "read wrongly before"), ("#REF!", "error of the spreadsheet"),
    ("#N/A", "error of the spreadsheet"), ("6,12E+08", "shortened"),
])  # fmt: skip
def test_what_another_program_spoilt_is_refused_with_its_line(cell: str, found: str) -> None:
    caught = refused(f"{HEAD}\nalice@people.example;A;{cell};Lyon;France\n")
    assert caught.code == "csv-lines"
    assert found in caught.found


BORN = with_fields(
    rules=[{"kind": "minimum-age", "by": "birth-date"}, {"kind": "residence", "countries": ["FR", "DE"]}]
)


@pytest.mark.parametrize(
    "cell", ["31/05/1990", "31-05-1990", "31.05.1990", "1990-05-31", "1990/05/31", "1990-05-31 00:00:00"]
)
def test_days_are_read_as_spreadsheets_write_them(cell: str) -> None:
    people = read(f"E-mail;Date de naissance;Pays\nalice@people.example;{cell};France\n", BORN)
    assert people.people[0].values["birth_date"] == "1990-05-31"


@pytest.mark.parametrize("cell", ["05/31/1990", "1990", "mai 1990", "31/02/1990", "33054"])
def test_what_is_no_day_is_refused_and_excludes_nobody(cell: str) -> None:
    caught = refused(f"E-mail;Date de naissance;Pays\nalice@people.example;{cell};France\n", BORN)
    assert f"birth_date is no day, such as 31/12/1990: {cell}" in caught.found


@pytest.mark.parametrize(("cell", "code"), [
    ("FRA", "FR"), ("🇫🇷", "FR"), ("Deutschland", "DE"), ("Allemagne", "DE"), ("fr", "FR"), ("Autre", "ZZ"), ("ZZ", "ZZ"), ("Italie", "IT"),
])  # fmt: skip
def test_countries_are_known_by_more_than_one_name(cell: str, code: str) -> None:
    people = read(f"E-mail;Date de naissance;Pays\nalice@people.example;1990-05-31;{cell}\n", BORN)
    assert people.people[0].values["country"] == code


@pytest.mark.parametrize("cell", ["Frnace", "XX", "69003", "France métropolitaine"])
def test_what_is_no_country_is_refused_and_excludes_nobody(cell: str) -> None:
    caught = refused(f"E-mail;Date de naissance;Pays\nalice@people.example;1990-05-31;{cell}\n", BORN)
    assert f"country is no country known here: {cell}" in caught.found


@pytest.mark.parametrize("header", [
    '"E-mail\n(obligatoire)";Prénom;Nom', '"Horodateur, UTC, Paris, date, heure, x";E-mail;Prénom', "Email payeur;Prénom;Nom",
    "Votre adresse e-mail;Prénom;Nom",
])  # fmt: skip
def test_headers_of_other_tools_are_read(header: str) -> None:
    people = read(f"{header}\nalice@people.example;alice@people.example;Zoé\n")
    assert people.separator == ";"
    assert people.people[0].values["email"] == "alice@people.example"


def test_two_columns_of_addresses_are_not_chosen_between() -> None:
    caught = refused("Email payeur;Email participant\na@b.example;c@d.example\n")
    assert (caught.code, caught.found) == ("csv-no-email", "Email payeur, Email participant")


@pytest.mark.parametrize("header", ["Règlement accepté", "Accepte le règlement", "accepts_rules", "rules"])
def test_a_column_of_acceptance_is_known(header: str) -> None:
    people = read(f"E-mail;{header}\nalice@people.example;oui\n")
    assert people.people[0].values["rules"] == "1"


@pytest.mark.parametrize(
    "header",
    [
        "E-mail;Prénom;Nom;Ville;Pays",
        "EMAIL;PRENOM;NOM;VILLE;PAYS",
        "Adresse e-mail;prenom;nom de famille;Commune;Pays de résidence",
        "courriel;Prénom ;Nom;ville;pays",
        "Mail;First name;Surname;City;Country",
        "Email address;Given name;Family name;Town;Country of residence",
        "email;first_name;last_name;town;country",
        "E-mail address;Firstname;Lastname;Town;Country",
    ],
)
def test_headers_are_known_in_french_and_in_english(header: str) -> None:
    people = read(f"{header}\n{ALICE}\n")
    assert people.columns == {"email", "first_name", "last_name", "town", "country"}
    assert people.ignored == ()


def test_columns_come_in_any_order_and_unknown_ones_are_named() -> None:
    people = read("Pays;Taille;E-mail;;Nom\nLuxembourg;XL;alice@people.example;x;Martin\n")
    assert people.people[0].values == {"email": "alice@people.example", "country": "LU", "last_name": "Martin"}
    assert people.ignored == ("Taille",)


def test_a_formula_in_a_column_that_is_not_read_harms_nobody() -> None:
    assert read("E-mail;Notes\nalice@people.example;=1+1\n").people[0].values == {"email": "alice@people.example"}


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    text = f'\n{HEAD}\n{ALICE}\n\ncarol@people.example;"Carol\nAnne";"Rue\r\nHaute";Lyon;FR\n{BOB}\n'
    assert [person.line for person in read(text).people] == [3, 5, 8]


def test_quotes_hold_separators_and_quotes() -> None:
    people = read('E-mail;Nom\nalice@people.example;"Martin; dite ""la Grande"""\n')
    assert people.people[0].values["last_name"] == 'Martin; dite "la Grande"'


@pytest.mark.parametrize(
    ("named", "code"),
    [("France", "FR"), ("FRANCE", "FR"), ("fr", "FR"), ("Germany", "DE"), ("allemagne", "DE"), ("Côte d’Ivoire", "CI"),
     ("Cote d'Ivoire", "CI"), ("Réunion", "RE"), ("La Réunion", "RE"), ("Luxembourg", "LU"), ("États-Unis", "US"),
     ("United States", "US"), ("Syldavie", "Syldavie"), ("", "")],
)  # fmt: skip
def test_countries_are_known_by_code_and_by_name(named: str, code: str) -> None:
    assert country_code(named) == code


@pytest.mark.parametrize(
    "phone", ["+33612345678", "+33 6 12 34 56 78", "+33 (0)6 12 34 56 78", "+352 621-123-456", "06.12.34.56.78", "-"]
)
def test_a_telephone_number_is_no_formula(phone: str) -> None:
    field: dict[str, object] = {"id": "phone", "kind": "phone", "purpose": "contact", "retention_days": 9}
    people = read(f"E-mail;Téléphone\nalice@people.example;{phone}\n", with_fields(field))
    assert people.people[0].values["phone"] == phone


# ---------------------------------------------------------------------------------------------- ticks and boxes


@pytest.mark.parametrize(("cell", "ticked"), [("oui", True), ("OUI", True), ("x", True), ("1", True), ("true", True),
                                              ("non", False), ("Non.", False), ("0", False), ("no", False), ("", False)])  # fmt: skip
def test_a_no_in_the_column_of_a_consent_is_no_consent(cell: str, *, ticked: bool) -> None:
    values = read(f"E-mail;newsletter\nalice@people.example;{cell}\n").people[0].values
    assert bool(values.get("newsletter")) == ticked


def test_an_age_in_years_is_no_declaration_of_being_of_age() -> None:
    error = refused("E-mail;Âge\nalice@people.example;17\n")
    assert "line 2" in error.found
    assert "17" in error.found


def test_a_version_of_the_rules_is_read_as_it_stands() -> None:
    people = read("E-mail;rules\nalice@people.example;2\nbob@people.example;oui\ncarol@people.example;non\n").people
    assert [person.values.get("rules") for person in people] == ["2", "1", None]


# ------------------------------------------------------------------------------------------------- refused

FORMULAS = ["=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1|cmd", "-2+3+cmd|' /C calc'!A0", "+SUM(A1)", "=1+1",
            "\t=1+1", "＝1+1", "＠SUM(1)", '=HYPERLINK("http://x.example")', "-(1)", "+33!A1", "\u200b=1+1", "\u2060@SUM(A1)"]  # fmt: skip


@pytest.mark.parametrize("cell", FORMULAS)
@pytest.mark.parametrize("column", ["Nom", "Ville", "E-mail"])
def test_a_formula_is_refused_with_its_line(cell: str, column: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    titles = ["E-mail", "Nom", "Ville"]
    writer.writerows([titles, ["a@b.example", "A", "B"], [cell if t == column else "a@b.example" for t in titles]])
    error = refused(out.getvalue())
    assert error.code == "csv-lines"
    assert "line 3" in error.found
    assert "formula" in error.found


def test_every_bad_line_is_named_up_to_twenty() -> None:
    lines = [f"p{i}@people.example;=1" if i % 2 else f"p{i}@people.example;A" for i in range(100)]
    error = refused("E-mail;Nom\n" + "\n".join(lines))
    assert error.found.count("line ") == 20
    assert "line 3:" in error.found
    assert "30 more" in error.found
    assert "nothing was imported" in error.sentence("en")


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        (b"", "csv-empty", ""),
        (b"\n\n  \n", "csv-empty", ""),
        (f"{HEAD}\n".encode(), "csv-empty", ""),
        (b"Nom;Ville\nMartin;Lyon\n", "csv-no-email", "line 1"),
        (b"\n\nNom;Ville\nMartin;Lyon\n", "csv-no-email", "line 3"),
        (b"E-mail;Courriel\na@b.example;a@b.example\n", "csv-column-twice", "line 1"),
        (b"E-mail;Nom;Surname\na@b.example;A;B\n", "csv-column-twice", "line 1"),
        (b"E-mail\na@b.example\0\n", "csv-binary", "line 2"),
        (b"a\0" + FILE.encode("utf-16-be"), "csv-binary", "line 1"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "csv-is-other", ""),
        (b"\x89PNG\r\n\x1a\n\0\0", "csv-is-other", ""),
        (b"%PDF-1.7 ...", "csv-is-other", ""),
        (b"<!DOCTYPE html><p>Nom;E-mail", "csv-is-other", ""),
        (b"PK\x03\x04" + b"\0" * 100, "csv-is-xlsx", ""),
        (b'E-mail;Nom\na@b.example;A\nb@b.example;"open\n', "csv-malformed", "line 3"),
        (b'E-mail;Nom\na@b.example;"A"B\n', "csv-malformed", "line 2"),
        (b"E-mail;Nom\na@b.example;" + b"x" * 200_000 + b"\n", "csv-malformed", "line 2"),
    ],
    ids=["nothing", "white_space", "only_headers", "no_email_column", "no_email_column_lower_down", "email_twice",
         "name_twice", "nul", "utf16_in_pieces", "old_excel", "picture", "pdf", "page", "xlsx", "quote_left_open", "text_after_a_quote",
         "a_cell_without_an_end"],
)  # fmt: skip
def test_what_is_no_list_of_people_is_refused(data: bytes, code: str, where: str) -> None:
    error = refused(data)
    assert (error.code, error.where) == (code, where)
    assert error.found


def test_too_many_cells_are_refused_with_the_separator() -> None:
    error = refused("E-mail;Nom\na@b.example;A\nb@b.example;B;C\n")
    assert "line 3: 3 cells, 2 headers" in error.found
    assert "“;”" in error.found


def test_empty_cells_too_many_and_cells_too_few_are_no_fault() -> None:
    assert len(read(f"{HEAD}\na@b.example;A;;;\nb@b.example\nc@b.example;C;D;E;FR;;;\n").people) == 3


def test_a_line_without_an_address_is_refused() -> None:
    assert "line 3: no e-mail address" in refused("E-mail;Nom\na@b.example;A\n;B\n").found


def test_a_cell_of_a_novel_is_refused() -> None:
    assert "2001 characters" in refused(f"E-mail;Nom\na@b.example;{'x' * 2001}\n").found


def test_a_hundred_thousand_lines_are_read_in_seconds() -> None:
    lines = "\n".join(f"p{i}@people.example;Alice;Martin;Lyon;Luxembourg" for i in range(100_000))
    start = time.monotonic()
    people = read(f"{HEAD}\n{lines}\n").people
    assert time.monotonic() - start < 8
    assert len(people) == 100_000
    assert people[-1].line == 100_001
    assert people[-1].values["country"] == "LU"


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_only_malformed_comes_out_of_any_bytes(data: bytes) -> None:
    for start in (b"", b"email;nom\n", b"\xff\xfe", b"\xef\xbb\xbf"):
        with suppress(Malformed):
            read_people(start + data, NOEL)


cells = st.sampled_from(["a@b.example", "E-mail", "Nom", "age", ";", ",", "\t", "\n", "\r", "\r\n", '"', '""', "=", "\x0c",
                         "\u2028", "oui", "FR", " ", "\ufeff"])  # fmt: skip


@given(st.lists(cells, max_size=30))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_only_malformed_comes_out_of_what_looks_like_a_list(parts: list[str]) -> None:
    with suppress(Malformed):
        people = read("".join(parts)).people
        assert all(person.values["email"] for person in people)
        assert [person.line for person in people] == sorted({person.line for person in people})


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda name: (
        name.strip() == name
        and "\ufffd" not in name
        and cleaned(name)[:1] not in {*"=@＝＠+-＋－"}
        and not re.search("[ÂÃ][\x80-\xbf]|â€", name)
    )  # UTF-8 that was read as Windows-1252
)


@given(
    st.lists(st.tuples(names, names), min_size=1, max_size=5), st.sampled_from(";,\t|"), st.sampled_from(["\n", "\r\n"])
)
def test_what_a_spreadsheet_writes_is_read_back(rows: list[tuple[str, str]], separator: str, end: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerow(["E-mail", "Prénom", "Nom"])
    writer.writerows([f"p{i}@people.example", *row] for i, row in enumerate(rows))
    people = read(out.getvalue()).people
    assert [(p.values["first_name"], p.values["last_name"]) for p in people] == rows


# ------------------------------------------------------------------------------------------------- imported


def imported(sim: Simulator, text: str) -> Imported:
    sim.now = max(sim.now, sim.campaign.opens_at)
    return import_people(sim.house, sim.id, sim.campaign, read(text, sim.campaign), sim.now)


@pytest.fixture
def sim(simulate: Make) -> Simulator:
    return simulate()


def entries(sim: Simulator) -> int:
    return sum(record["kind"] == "entry.accepted" for record in records_of(sim.bundle()))


def test_people_are_imported_and_the_rules_without_a_column_are_vouched_for(sim: Simulator) -> None:
    result = imported(sim, "email;country\nalice@people.example;France\nbob@people.example;LU\n")
    assert result.accepted == 2
    assert result.declined == ()
    assert result.vouched == ("accepts-rules",)
    assert entries(sim) == 2


def test_a_rule_that_has_its_column_is_not_vouched_for(sim: Simulator) -> None:
    result = imported(sim, "email;country\nalice@people.example;BE\nbob@people.example;\n")
    assert result.accepted == 0
    assert [(line, reason) for line, reason, _ in result.declined] == [
        (2, "country-not-listed"),
        (3, "country-missing"),
    ]
    assert "France" in result.declined[0][2].fr
    assert "residence" in imported(sim, "email\ncarol@people.example\n").vouched


def test_an_acceptance_that_was_refused_is_not_vouched_for(sim: Simulator) -> None:
    result = imported(sim, "email;country;rules\nalice@people.example;FR;oui\nbob@people.example;FR;non\n")
    assert result.accepted == 1
    assert [(line, reason) for line, reason, _ in result.declined] == [(3, "rules-not-accepted")]


def test_the_same_person_twice_is_declined_with_the_line(sim: Simulator) -> None:
    text = (
        "email;country\nalice@gmail.com;FR\nbob@people.example;FR\nA.LICE+jeu@googlemail.com;FR\nalice@gmail.com;FR\n"
    )
    result = imported(sim, text)
    assert result.accepted == 2
    assert [(line, reason) for line, reason, _ in result.declined] == [(4, "already-entered"), (5, "already-entered")]
    assert imported(sim, text).accepted == 0


def test_one_bad_line_means_that_nothing_was_imported(sim: Simulator) -> None:
    lines = [f"p{i}@people.example;FR" for i in range(3000)]
    with pytest.raises(Malformed) as caught:
        imported(sim, "\n".join(["email;country", *lines, "nobody at all;FR", "alice@;FR"]))
    assert caught.value.code == "people-lines"
    assert "line 3002" in caught.value.found
    assert "line 3003" in caught.value.found
    assert entries(sim) == 0


def test_more_than_one_batch_is_imported_in_order(sim: Simulator) -> None:
    lines = [f"p{i % 2500}@people.example;FR" for i in range(2600)]
    result = imported(sim, "\n".join(["email;country", *lines]))
    assert result.accepted == 2500
    assert [line for line, _, _ in result.declined] == list(range(2502, 2602))


def test_the_example_list_fits_the_example_campaign() -> None:
    people = read_people((ROOT / "examples" / "people.csv").read_bytes(), NOEL)
    assert len(people.people) == 300
    assert people.columns == {"email", "first_name", "last_name", "town", "country"}
    assert people.ignored == ()
    for person in people.people:
        form = read_form(NOEL, person.values, "fr")
        assert form.email is not None, form.errors
        assert form.email.domain.endswith(".example")
    assert len({person.values["email"] for person in people.people}) == 300
    assert {person.values["country"] for person in people.people} == {"FR", "LU", "MC"}


# ------------------------------------------------------------------------------------ columns that a rule depends on

NOEL_TEXT = (ROOT / "examples" / "noel-lumiere.toml").read_text(encoding="utf-8")
BORN = parse(re.sub(r'(kind = "minimum-age"\n)', r'\1by = "birth-date"\n', NOEL_TEXT).encode(), "toml")


@pytest.mark.parametrize("title", ["Né le", "Né(e) le", "Date naissance", "DDN", "DOB", "Date de naissance *"])
@pytest.mark.parametrize("day", ["31/12/2015", "31/12/2015 00:00", "31/12/2015 00:00:00", "2015-12-31 00:00:00"])
def test_a_birth_date_is_found_under_the_names_that_people_give_it(title: str, day: str) -> None:
    head = f"email;prénom;nom;{title}\n"
    (person,) = read_people(f"{head}a@people.example;A;B;{day}\n".encode(), BORN).people
    assert person.values["birth_date"] == "2015-12-31"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Anniversaire", "date de naissance"), ("Birthday", "date de naissance"),
        ("Date de naissance (JJ/MM/AAAA)", "date de naissance"), ("Code pays", "pays"), ("Pays de livraison", "pays"),
    ],
)  # fmt: skip
def test_a_column_that_looks_like_the_answer_to_a_rule_is_not_passed_over(title: str, name: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_people(f"email;prénom;nom;{title}\na@people.example;A;B;x\n".encode(), BORN)
    assert caught.value.code == "csv-column-unclear"
    told = caught.value.sentence("fr")
    assert told.startswith("ligne 1")
    assert f"Renommez-la « {name} »" in told


def test_majority_in_words_of_ones_own_is_not_passed_over() -> None:
    with pytest.raises(Malformed, match="depends on it"):
        read_people("email;prénom;nom;Majeur\na@people.example;A;B;non\n".encode(), NOEL)
