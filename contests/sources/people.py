"""People from a spreadsheet: CSV as people really save it, read rightly or refused with line numbers."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache

import msgspec
from babel import Locale
from babel.core import get_global

from contests.campaign.definition import Campaign
from contests.campaign.form import Question, cleaned, questions
from contests.entry import fold
from contests.errors import Malformed, Text
from contests.rules.accepts_rules import FIELD as RULES_FIELD
from contests.rules.residence import known_countries
from contests.sources.unreadable import KINDS, csv_fault, on_line

LARGEST = 256 * 1024 * 1024
LONGEST_CELL = 2000
MOST_FAULTS = 20
_TOLD = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)  # a first line of a spreadsheet's own
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "email": (
        "email",
        "e mail",
        "mail",
        "courriel",
        "adresse e mail",
        "adresse email",
        "adresse mail",
        "email address",
    ),
    "first-name": ("first name", "firstname", "given name", "prenom"),
    "last-name": ("last name", "lastname", "surname", "family name", "nom", "nom de famille"),
    "town": ("town", "city", "ville", "commune"),
    "country": (
        "country",
        "pays",
        "votre pays",
        "pays de residence",
        "pays residence",
        "country of residence",
        "country region",
    ),
    "birth_date": (
        "birth date",
        "date of birth",
        "birthdate",
        "dob",
        "date de naissance",
        "date naissance",
        "ddn",
        "ne le",
        "nee le",
        "ne e le",
    ),
    "street": ("street", "address", "adresse", "rue"),
    "postcode": ("postcode", "postal code", "zip", "zip code", "code postal"),
    "phone": ("phone", "telephone", "mobile"),
    RULES_FIELD: (
        "accepts rules",
        "rules accepted",
        "accepte le reglement",
        "reglement accepte",
        "acceptation du reglement",
        "reglement",
    ),
    "code": ("code",),
    "answer": ("answer", "reponse"),
    "via": ("via", "channel", "canal"),
}
# Words of a header that speak of what a rule asks: such a column is not passed over as if it were not there.
_SPEAKS: dict[str, frozenset[str]] = {
    "birth_date": frozenset(
        {"naissance", "ne", "nee", "ddn", "anniversaire", "birth", "birthdate", "birthday", "born", "dob"}
    ),
    "country": frozenset({"pays", "country"}),
    "age": frozenset({"age", "majeur", "majeure", "majorite", "adulte", "adult", "18"}),
}


class Person(msgspec.Struct, frozen=True):
    """One line of the file: its number and its values by question."""

    line: int
    values: dict[str, str]


class People(msgspec.Struct, frozen=True):
    """What was read: the lines, which questions have a column, and how the file was understood."""

    people: tuple[Person, ...]
    columns: frozenset[str]
    encoding: str
    separator: str
    ignored: tuple[str, ...]


_MEND = Text(fr="Corrigez le fichier et recommencez : rien n’a été importé.",
             en="Mend the file and try again: nothing was imported.")  # fmt: skip


def _refused(code: str, fr: str, en: str, found: str | Text, line: int = 0, todo: Text = _MEND) -> Malformed:
    return Malformed(code, Text(fr=fr, en=en), todo, found=found, where=on_line(line) if line else "")


def faults_of(faults: Sequence[tuple[int, Text]]) -> Text:
    """Return what is wrong with some lines of a file; of many, the first."""
    more = len(faults) - MOST_FAULTS

    french = [f"ligne {line} : {fault.fr}" for line, fault in faults[:MOST_FAULTS]]
    english = [f"line {line}: {fault.en}" for line, fault in faults[:MOST_FAULTS]]
    if more > 0:
        french, english = [*french, f"… et {more} autres"], [*english, f"… and {more} more"]
    return Text(fr=" ; ".join(french), en="; ".join(english))


def _decode(data: bytes) -> tuple[str, str]:
    if len(data) > LARGEST:
        raise _refused("csv-too-large", "Un fichier d’au plus 256 Mio était attendu.",
                       "A file of at most 256 MiB was expected.", Text(fr=f"{len(data)} octets", en=f"{len(data)} bytes"))  # fmt: skip
    if data[:4] == b"PK\x03\x04":
        raise _refused("csv-is-xlsx", "Un fichier CSV était attendu.", "A CSV file was expected.",
                       Text(fr="un classeur ou un zip ; enregistrez-le en CSV",
                                                                       en="a spreadsheet or zip; save it as CSV"))  # fmt: skip
    for magic, kind in KINDS.items():
        if data.startswith(magic):
            raise _refused("csv-is-other", "Un fichier CSV était attendu.", "A CSV file was expected.",
                           Text(fr=f"un fichier {kind}", en=f"a {kind} file"),
                           todo=Text(fr="Ouvrez-le dans un tableur et enregistrez-le en « CSV UTF-8 » : rien n’a été importé.",
                                     en="Open it in a spreadsheet and save it as “CSV UTF-8”: nothing was imported."))  # fmt: skip
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _strictly(data, "utf-16"), "UTF-16"
    # A header is nearly all ASCII: in UTF-16 without a mark every other byte of it is a NUL.
    for order, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        start = data[:256]
        if (
            len(start) > 7
            and start[first::2].count(0) * 2 > len(start[first::2])
            and not start[1 - first :: 2].count(0)
        ):
            return _strictly(data, order), "UTF-16"
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as error:
        if _UTF8.search(data):  # one name pasted from elsewhere must not spoil all others
            raise _in_other_letters(data, error.start, Text(
                fr="un octet qui n’est pas de l’UTF-8, dans un fichier en UTF-8",
                en="a byte that is no UTF-8, in a file in UTF-8")) from error  # fmt: skip
    # What French spreadsheets write; every byte of it has a meaning but for five.
    text = _strictly(data, "cp1252")
    if other := _OTHER_PAGE.search(text):
        odd = text[max(0, other.start() - 8) : other.end() + 8].strip()
        raise _in_other_letters(data, other.start(), Text(fr=f"« {odd} »", en=f"“{odd}”"))
    return text, "Windows-1252"


# Letters of European names and signs of French text, as UTF-8 writes them; in Windows-1252 they stand for “Ã©” or “â€™”.
_UTF8 = re.compile(rb"[\xc2-\xc5][\x80-\xbf]|\xe2[\x80-\x82][\x80-\xbf]|\xf0\x9f[\x80-\xbf]{2}")
# What accents of a Macintosh, of MS-DOS (“CSV (MS-DOS)”) or of Latin-9 look like in Windows-1252: “ZoŽ”, “Ren‚”, “c½ur”.
_OTHER_PAGE = re.compile(
    r"[^\W\d_][ˆƒ‰‚]|ƒ[^\W\d_]|[a-zà-ÿ][ŠŽŒ]|[^\W\d_]‹[a-zà-ÿ]|[A-ZÀ-Þ]€[A-ZÀ-Þ]|[^\W\d_][a-zà-ÿ]‘[a-zà-ÿ]|[^\W\d_][‡†™“”][a-zà-ÿ]|(?<!\d)[½¼][a-zà-ÿ]"
)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        neither = encoding == "cp1252"
        raise _in_other_letters(data, error.start, Text(
            fr=f"un octet qui n’est {'ni de l’UTF-8, ni du Windows-1252' if neither else 'pas de l’UTF-16'}",
            en=f"a byte that is no {'UTF-8, and no Windows-1252' if neither else 'UTF-16'}")) from error  # fmt: skip


def _in_other_letters(data: bytes, at: int, found: Text) -> Malformed:
    lines = data[:at].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    return _refused(
        "csv-encoding", "Un CSV en UTF-8, en UTF-16 ou en Windows-1252, d’un bout à l’autre, était attendu.",
        "A CSV in UTF-8, in UTF-16 or in Windows-1252 from end to end was expected.", found, lines,
        Text(fr="Enregistrez-le en « CSV UTF-8 » et recommencez : rien n’a été importé.",
             en="Save it as “CSV UTF-8” and try again: nothing was imported."),
    )  # fmt: skip


def read_people(data: bytes, campaign: Campaign) -> People:
    """Read a CSV of people for `campaign`. Raises Malformed with line numbers; all faults, not the first."""
    text, encoding = _decode(data)
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise _refused(
            "csv-binary",
            "Du texte était attendu.",
            "Text was expected.",
            Text(fr="un octet nul", en="a NUL byte"),
            line,
        )
    first = next((line for line in text.splitlines() if line.strip()), "")
    told = _TOLD.fullmatch(first.strip(" "))
    separator = told[1] if told else max(",;\t|", key=lambda mark: (_width(text, mark), mark == ","))
    numbered = _numbered(text, separator)[1 if told else 0 :]
    if not numbered:
        raise _refused("csv-empty", "Une ligne d’en-têtes était attendue.", "A line of headers was expected.",
                       Text(fr="rien", en="nothing"))  # fmt: skip
    header, asked = numbered[0][1], questions(campaign)
    columns = [_column(title, asked) for title in header]
    alike = [at for at, title in enumerate(header) if not columns[at] and _MAIL & set(fold(title).split())]
    if "email" not in columns and len(alike) == 1:  # “Email payeur”, “Votre adresse e-mail”
        columns[alike[0]] = "email"
    known = [name for name in columns if name]
    if "email" not in known:
        raise _refused("csv-no-email", "Une colonne « email », et une seule, était attendue.",
                       "A column “email”, and one only, was expected.", ", ".join(header)[:200], numbered[0][0])  # fmt: skip
    if len(set(known)) < len(known):
        twice = next(name for name in known if known.count(name) > 1)
        raise _refused("csv-column-twice", f"Une seule colonne pour {twice} était attendue.",
                       f"One column for {twice} was expected.",
                       ", ".join(title for title, name in zip(header, columns, strict=True) if name == twice)[:200],
                       numbered[0][0])  # fmt: skip
    for question in asked:
        if question.name not in known:
            _require_none_speaks(
                question, [title for title, name in zip(header, columns, strict=True) if not name], numbered[0][0]
            )
    people = _people(numbered[1:], columns, separator, {question.name: question.kind for question in asked})
    ignored = tuple(title for title, name in zip(header, columns, strict=True) if not name and title.strip())
    return People(people, frozenset(known), encoding, separator, ignored)


def _require_none_speaks(question: Question, ignored: Sequence[str], line: int) -> None:
    """Require that no column that is not read looks like the answer to a rule's question. Raises Malformed."""
    speaks = _SPEAKS.get(question.name, frozenset())
    if title := next((title for title in ignored if speaks & set(fold(title).split())), ""):
        said, names = question.label, _SYNONYMS.get(question.name, ())
        name = Text(fr=next((n for n in names if n in _FRENCH), said.fr), en=names[0] if names else said.en)
        raise _refused(
            "csv-column-unclear", f"Une colonne « {name.fr} », ou rien qui y ressemble, était attendu : une règle en dépend.",
            f"A column “{name.en}”, or nothing that looks like one, was expected: a rule depends on it.", title[:80], line,
            Text(fr=f"Renommez-la « {name.fr} » si c’en est une, sinon ôtez-la : rien n’a été importé.",
                 en=f"Rename it “{name.en}” if it is one, otherwise take it out: nothing was imported."),
        )  # fmt: skip


_FRENCH = {"pays", "date de naissance"}


def _width(text: str, separator: str) -> int:
    """Return how many cells the first row has with this separator; none where it is no row then."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return next((len(row) for row in reader if any(cell.strip() for cell in row)), 0)
    except csv.Error:
        return 0


def _numbered(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not empty, with the line they begin at."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    numbered, line = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                numbered.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _refused("csv-malformed", "Un CSV bien formé était attendu.", "Well-formed CSV was expected.",
                       csv_fault(error), line) from error  # fmt: skip
    return numbered


_MAIL = frozenset({"email", "mail", "courriel"})


def _column(title: str, asked: Sequence[Question]) -> str:
    """Return the question that a header means, or nothing."""
    folded = fold(title)
    for question in asked:
        if folded in {fold(question.name), fold(question.label.fr), fold(question.label.en)}:
            return question.name
    for kind, names in _SYNONYMS.items():
        if folded in names:
            wanted = kind.replace("-", "_")
            return next((q.name for q in asked if q.name in {kind, wanted}), "via" if kind == "via" else "")
    return ""


def _people(
    rows: Sequence[tuple[int, list[str]]], columns: Sequence[str], separator: str, kinds: Mapping[str, str]
) -> tuple[Person, ...]:
    people: list[Person] = []
    faults: list[tuple[int, Text]] = []
    for line, row in rows:
        cells = [cell.strip() for cell in row]
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            faults.append((line, Text(
                fr=f"{len(cells)} cellules, {len(columns)} en-têtes (séparateur « {separator} »)",
                en=f"{len(cells)} cells, {len(columns)} headers (separator “{separator}”)")))  # fmt: skip
            continue
        values = {name: cell for name, cell in zip(columns, cells, strict=False) if name and cell}
        if fault := _fault(values) or _understood(values, kinds):
            faults.append((line, fault))
            continue
        people.append(Person(line, values))
    if faults:
        raise _refused("csv-lines", "Des lignes complètes et lisibles étaient attendues.",
                       "Complete lines that can be read were expected.",
                       faults_of(faults))  # fmt: skip
    if not people:
        raise _refused("csv-empty", "Au moins une personne était attendue.", "At least one person was expected.",
                       Text(fr="seulement des en-têtes", en="only headers"))  # fmt: skip
    return tuple(people)


def _fault(values: dict[str, str]) -> Text | None:
    """Say what is wrong with a line's cells: a formula would run when somebody opens an export."""
    for name, cell in values.items():
        if len(cell) > LONGEST_CELL:
            return Text(fr=f"{name} a {len(cell)} caractères", en=f"{name} has {len(cell)} characters")
        if "\ufffd" in cell:
            return Text(
                fr=f"{name} a perdu une lettre : {cell[:40]}", en=f"{name} has a letter that was lost: {cell[:40]}"
            )
        if _MOJIBAKE.search(cell):
            return Text(fr=f"{name} a des lettres mal lues auparavant : {cell[:40]}",
                        en=f"{name} has letters that were read wrongly before: {cell[:40]}")  # fmt: skip
        if _SPREADSHEET.fullmatch(cell):
            return Text(fr=f"{name} est une erreur du tableur, ou un nombre qu’il a abrégé : {cell[:40]}",
                        en=f"{name} is an error of the spreadsheet, or a number that it shortened: {cell[:40]}")  # fmt: skip
        bare = cleaned(cell)
        if bare[:1] in {*"=@＝＠"} or (
            bare[:1] in {*"+-＋－"} and any(c in bare for c in "|(!") and not _TELEPHONE.fullmatch(bare)
        ):
            return Text(fr=f"{name} est une formule : {cell[:40]}", en=f"{name} is a formula: {cell[:40]}")
    return None if values.get("email") else Text(fr="pas d’adresse e-mail", en="no e-mail address")


_MOJIBAKE = re.compile("Ã[\x80-\xbf]|Â[\x80-\x9f¡-¿]|â€")
_SPREADSHEET = re.compile(r"#(?:REF|N/A|VALEUR|VALUE|NOM|NAME|DIV/0|NUL|NULL|NUM|NOMBRE)[!?]?|[0-9][.,][0-9]+E\+[0-9]+")
_TELEPHONE = re.compile(r"\+[0-9]{1,3} ?\(0\)[0-9 .-]*")
_YES = frozenset({"1", "x", "yes", "y", "oui", "o", "true", "vrai", "on", "ok", "✓", "✔", "☑", "✅"})
_NO = frozenset({"0", "no", "n", "non", "false", "faux", "off", "☐"})
_ELSEWHERE = frozenset(
    {"zz", "autre", "autre pays", "un autre pays", "other", "another country", "ailleurs", "elsewhere"}
)
_DAYS = (
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d %m %Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%Y/%m/%d",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
)


def _understood(values: dict[str, str], kinds: Mapping[str, str]) -> Text | None:
    """Turn ticks, days and countries into what a form would have sent; say what cannot be understood."""
    for name in list(values):
        if kinds.get(name) == "checkbox" and (fault := _tick(values, name)):
            return fault
        if kinds.get(name) == "date":
            day = _day(values[name])
            if day is None:
                return Text(fr=f"{name} n’est pas un jour, comme 31/12/1990 : {values[name][:40]}",
                            en=f"{name} is no day, such as 31/12/1990: {values[name][:40]}")  # fmt: skip
            values[name] = day.isoformat()
        if kinds.get(name) == "country":
            code = "ZZ" if fold(values[name]) in _ELSEWHERE else country_code(values[name])
            if code not in {*known_countries(), "ZZ"}:
                return Text(fr=f"{name} n’est pas un pays connu ici : {values[name][:40]}",
                            en=f"{name} is no country known here: {values[name][:40]}")  # fmt: skip
            values[name] = code
    return None


def _day(text: str) -> date | None:
    """Read a day as spreadsheets write it, the day before the month."""
    for form in _DAYS:
        try:
            return datetime.strptime(text.partition(".0")[0] if ":" in text else text, form).date()  # noqa: DTZ007 - a birthday has no zone
        except ValueError:
            continue
    return None


def _tick(values: dict[str, str], name: str) -> Text | None:
    """Turn yes and no in the column of a box into a tick or none; say what is neither (an age in years, say)."""
    word = fold(values[name]) or values[name].replace("\ufe0f", "").strip()
    if word in _NO:
        del values[name]
    elif word in _YES:
        values[name] = "1"
    elif name != RULES_FIELD or not word.isdecimal():  # a number is the version of the rules that was accepted
        return Text(fr=f"{name} n’est ni oui ni non : {values[name][:40]}",
                    en=f"{name} is neither yes nor no: {values[name][:40]}")  # fmt: skip
    return None


@cache
def _countries() -> dict[str, str]:
    """Return the code of each country by its folded name, in French and in English."""
    aliases = {fold(alias): codes[0] for alias, codes in get_global("territory_aliases").items() if len(codes) == 1}
    return aliases | {
        fold(name): str(code)
        for language in ("de", "es", "it", "nl", "pt", "fr", "en")
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }


def country_code(text: str) -> str:
    """Return the ISO code of a country named by code, by its flag or in a language nearby; the text itself when unknown."""
    bare = "".join(chr(ord(c) - 0x1F1E6 + 65) if "\U0001f1e6" <= c <= "\U0001f1ff" else c for c in text)
    return bare.upper() if len(bare) == 2 else _countries().get(fold(bare), text)
