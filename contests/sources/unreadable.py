"""Files that are no comments: each known by its first bytes and refused in words."""

import csv

from contests.errors import Malformed, Text

HEAD = 1024 * 1024
_TODO = Text(fr="Choisissez un autre fichier, ou corrigez celui-ci puis recommencez.",
             en="Choose another file, or mend this one and try again.")  # fmt: skip
AS_CSV = Text(fr="Ouvrez-le dans un tableur, enregistrez-le en « CSV UTF-8 » ou en « .xlsx », puis recommencez.",
              en="Open it in a spreadsheet, save it as “CSV UTF-8” or “.xlsx”, and try again.")  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = {
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x89PNG": "PNG",
    b"\xff\xd8": "JPEG",
}
KINDS = {**_OTHERS, _OLE: ".xls", b"<!DOCTYPE": "HTML", b"<html": "HTML", b"<!doctype": "HTML"}

_UNFIT = {
    "unexpected end of data": Text(fr="un guillemet qui n’est pas refermé", en="a quote that is not closed"),
    "larger than field limit": Text(fr="une cellule sans fin", en="a cell without an end"),
    "expected after": Text(fr="un guillemet au milieu d’une cellule", en="a quote in the middle of a cell"),
}


def on_line(number: int) -> Text:
    """Return the name of a line of a file."""
    return Text(fr=f"ligne {number}", en=f"line {number}")


def csv_fault(error: csv.Error) -> Text:
    """Return what the reader of CSV stopped at, in words."""
    return next((said for part, said in _UNFIT.items() if part in str(error)), Text(str(error), str(error)))


def refuse(
    code: str, fr: str, en: str, found: str | Text = "", *, where: str | Text = "", todo: Text = _TODO
) -> Malformed:
    """Return the refusal of a file; `where` names a line or a part of it."""
    return Malformed(code, Text(fr=fr, en=en), todo, found=found, where=where)


def check_head(head: bytes) -> None:
    """Refuse what its first bytes show to be no table and no JSON. Raises Malformed."""
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise refuse("file-empty", "Un fichier de commentaires était attendu.", "A file of comments was expected.",
                     Text(fr="rien", en="nothing"), todo=Text(fr="Le fichier est vide : exportez-le de nouveau.",
                                          en="The file is empty: export it again."))  # fmt: skip
    if head.startswith(_OLE):
        raise _old_office(head)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise refuse("file-is-html", "Un tableau ou du JSON était attendu.", "A table or JSON was expected.",
                     Text(fr="une page web (HTML ou XML)", en="a web page (HTML or XML)"),
                     todo=Text(fr="C’est une page web : demandez l’export en CSV, XLSX ou JSON, pas en HTML.",
                               en="This is a web page: ask for the export as CSV, XLSX or JSON, not as HTML."))  # fmt: skip
    for magic, kind in _OTHERS.items():
        if head.startswith(magic):
            raise not_text(kind)


def not_text(found: str | Text) -> Malformed:
    """Return the refusal of bytes that are neither text nor a spreadsheet."""
    return refuse("file-not-text", "Du texte (CSV, JSON) ou un classeur .xlsx était attendu.",
                  "Text (CSV, JSON) or an .xlsx workbook was expected.", found)  # fmt: skip


def encrypted() -> Malformed:
    """Return the refusal of a file with a password."""
    return refuse("file-encrypted", "Un fichier sans mot de passe était attendu.", "A file without a password was expected.",
                  Text(fr="un fichier chiffré", en="an encrypted file"),
                  todo=Text(fr="Enregistrez-le sans mot de passe, puis recommencez.",
                            en="Save it without a password, and try again."))  # fmt: skip


def _old_office(head: bytes) -> Malformed:
    """A workbook with a password comes in the same wrapping as an old .xls: its parts' names tell them apart."""
    if "EncryptedPackage".encode("utf-16-le") in head:
        return encrypted()
    return refuse("file-is-xls", "Un fichier .xlsx ou CSV était attendu.", "An .xlsx or CSV file was expected.",
                  Text(fr="un ancien classeur (.xls), ou un classeur avec mot de passe",
                       en="an old spreadsheet (.xls), or one with a password"), todo=AS_CSV)  # fmt: skip
