"""Whether a journal still honours a receipt: today's journal must hold the same record at the same place.

A receipt that the journal does not honour is evidence: signed by the journal's own key, against it.
"""

import msgspec

from contests.audit.bundle import RECORDS, Bundle
from contests.errors import Malformed, Refused, Text
from contests.journal.checkpoint import Checkpoint, open_checkpoint
from contests.journal.merkle import Frontier, Subtree, inclusion_proof, leaf_hash, range_root, root_from_inclusion
from contests.journal.note import Verifier
from contests.journal.receipt import Receipt, verify_receipt

_KEEP = Text(
    fr="Gardez ce reçu : il est signé par la clé du journal et prouve que votre participation y était. Écrivez à l’organisateur, "
    "puis, sans réponse, à un commissaire de justice ou à l’autorité de contrôle (en France : DGCCRF), reçu joint.",
    en="Keep this receipt: it is signed with the journal’s key and proves that your entry was in it. Write to the organiser; without an "
    "answer, to a bailiff or to the consumer authority, with the receipt.",
)


class Today(msgspec.Struct, frozen=True):
    """Today's journal: its signed checkpoint, and the roots of complete subtrees."""

    checkpoint: bytes
    subtree: Subtree


class Honoured(msgspec.Struct, frozen=True):
    """What came out: honoured, or not and why."""

    honoured: bool
    said: Text
    place: int
    record: str

    def text(self, language: str) -> str:
        """Return it as people read it."""
        mark = "✓" if self.honoured else "✗"
        more = "" if self.honoured else f"\n{_KEEP(language)}"
        return f"{mark} {self.said(language)}{more}"

    def to_dict(self, language: str) -> dict[str, object]:
        """Return the one JSON object of `--json`."""
        return {
            "honoured": self.honoured, "detail": self.said(language), "place": self.place, "record": self.record,
            "todo": "" if self.honoured else _KEEP(language),
        }  # fmt: skip


def honour(  # noqa: PLR0911 - one sentence for each way it can end
    receipt: Receipt, verifier: Verifier, today: Today | None
) -> Honoured:
    """Judge a receipt under the journal's key, and in today's journal when it is given.

    Raises Malformed for what is none, and Refused for the journal of another contest.
    """
    record = receipt.record.decode("utf-8", "replace")

    def say(fr: str, en: str, *, honoured: bool = False) -> Honoured:
        return Honoured(honoured, Text(fr=fr, en=en), receipt.index, record)

    old = verify_receipt(receipt, verifier)
    if today is None:
        return say(f"Reçu authentique : enregistrement n° {receipt.index} du journal, signé à {old.size} enregistrements.",
                   f"An authentic receipt: record no. {receipt.index} of the journal, signed at {old.size} records.",
                   honoured=True)  # fmt: skip
    origin = today.checkpoint.partition(b"\n")[0].decode("utf-8", "replace")[:200]
    if origin != verifier.name:
        raise Refused(
            "journal-differs",
            Text(fr=f"Le journal de ce reçu était attendu, {verifier.name}.", en=f"The journal of this receipt was expected, {verifier.name}."),
            Text(fr="Donnez l’adresse du journal, ou le dossier de preuve, du même jeu.",
                 en="Give the address of the journal, or the bundle, of the same contest."),
            found=origin, where=Text(fr="Ce journal est celui d’un autre jeu", en="This journal is another contest’s"),
        )  # fmt: skip
    try:
        head = open_checkpoint(today.checkpoint, verifier)
    except Malformed as error:
        return say(f"Le journal d’aujourd’hui n’est pas signé par sa clé : {error.sentence('fr')}",
                   f"Today’s journal is not signed with its key: {error}")  # fmt: skip
    if head.size < old.size:
        return say(f"Le journal a rétréci : {head.size} enregistrements, {old.size} au moment du reçu.",
                   f"The journal has shrunk: {head.size} records, {old.size} at the time of the receipt.")  # fmt: skip
    try:
        holds, grew = _holds(receipt, head, today.subtree), _grew(old, head, today.subtree)
    except (Refused, ValueError, KeyError, IndexError) as error:
        return say(
            f"Le journal d’aujourd’hui ne se laisse pas lire : {error}.", f"Today’s journal cannot be read: {error}."
        )
    if not holds:
        return say(f"L’enregistrement n° {receipt.index} n’est plus celui du reçu.",
                   f"Record no. {receipt.index} is no longer the receipt’s.")  # fmt: skip
    if not grew:
        return say("Le journal d’aujourd’hui ne prolonge pas celui du reçu : son passé a été récrit.",
                   "Today’s journal does not continue the receipt’s: its past was rewritten.")  # fmt: skip
    return say(f"Le journal honore ce reçu : enregistrement n° {receipt.index} sur {head.size}.",
               f"The journal honours this receipt: record no. {receipt.index} of {head.size}.", honoured=True)  # fmt: skip


def _holds(receipt: Receipt, head: Checkpoint, subtree: Subtree) -> bool:
    path = inclusion_proof(receipt.index, head.size, subtree)
    leaf = leaf_hash(receipt.record)
    return root_from_inclusion(leaf, receipt.index, head.size, path) == head.root


def _grew(old: Checkpoint, head: Checkpoint, subtree: Subtree) -> bool:
    """The first `old.size` records still give the old root, and all of them the new one."""
    return range_root(0, old.size, subtree) == old.root and range_root(0, head.size, subtree) == head.root


def within(bundle: Bundle) -> Today:
    """Return the journal of a bundle."""
    leaves = [leaf_hash(line) for line in bundle.lines(RECORDS)]
    return Today(bundle.read("journal/checkpoint"), Frontier().subtree(leaves))
