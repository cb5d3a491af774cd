"""Check a contest's proof bundle, alone and offline. — Vérifie, seul et hors ligne, le dossier de preuve d’un concours.

    python verify.py bundle.zip                          the verdict, in words
    python verify.py bundle.zip --json                   the verdict, as one JSON object
    python verify.py bundle.zip --identities legal.zip   checks the winners' identities too
    python verify.py bundle.zip --lang fr                in French (or en; without it, LANG decides)

It needs Python 3.9 or later and nothing else; with `pip install py-ecc` it also checks the beacon's signature (step 9), with
`pip install cryptography` those of the time stamps (step 14). What it leaves out for want of them, it says. Which roots of
time stamps deserve trust it cannot say: it prints their SHA-256. Whether a certificate was revoked it does not ask.
Exit code: 0 when every step passed or was not checked for a stated reason, 1 when a step failed, 2 when it is no bundle.
It follows the specifications "Bundle" (its fifteen steps are numbered here as there), "Draw" and "Journal".
"""
# ruff: noqa: UP017
# T201: a program for the command line prints. UP017: datetime.UTC is younger than Python 3.9, on which this file runs.

from __future__ import annotations

import argparse
import base64
import contextlib
import functools
import hashlib
import heapq
import hmac
import io
import itertools
import json
import os
import re
import struct
import sys
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

# ---------------------------------------------------------------------------------------------------------------- words

# name | French | English; {0}, {1}, … are values. What is compared gets "expected …, found …" after it.
SENTENCES = """
compared       | {0} : attendu {1}, trouvé {2}                     | {0}: expected {1}, found {2}
where          | {0} : {1}                                         | {0}: {1}
more           | … et {0} autres                                   | … and {0} more
unreached      | étape non atteinte                                | this step was not reached
unforeseen     | erreur imprévue : {0} {1}                         | unforeseen error: {0} {1}
record         | enregistrement {0}                                | record {0}
no_draw        | pas encore de tirage                              | no draw so far
no_freeze      | la liste n’est pas encore gelée                   | the list is not frozen so far
not_zip        | ce n’est pas un fichier zip entier                | this is not a whole zip file
damaged        | zip abîmé ({0}) ; le télécharger à nouveau        | damaged zip ({0}); download it again
twice          | deux fichiers du même nom : {0}                   | two entries of one name: {0}
bad_name       | nom de fichier interdit : {0}                     | forbidden file name: {0}
encrypted      | fichier chiffré, ou d’un genre inconnu : {0}      | encrypted entry, or of a kind unknown here: {0}
method         | {0} : compression inconnue ({1})                  | {0}: unknown compression ({1})
beyond         | {0} : démesuré une fois décompressé               | {0}: expands beyond measure
beyond_all     | plus de 6 Gio une fois décompressé                | more than 6 GiB once unpacked
lacking        | il manque {0}                                     | {0} is missing
absent         | {0} : absent du dossier                           | {0}: not in the bundle
too_long       | {0} : plus de {1} octets                          | {0}: more than {1} bytes
file           | {0}                                               | {0}
integer        | entier de 2^53 ou plus : {0}                      | integer of 2^53 or more: {0}
floating       | nombre à virgule : {0}                            | floating number: {0}
deep           | {0} : JSON trop imbriqué                          | {0}: JSON nested too deep
not_json       | {0} : JSON non valide ({1})                       | {0}: not valid JSON ({1})
not_canonical  | {0} : JSON non canonique, ou d’une autre forme que {1} | {0}: not canonical JSON, or of another shape than {1}
base64         | base64 non valide : {0}                           | not valid base64: {0}
vkey           | {1} : attendu nom+numéro+clé puis LF, trouvé {0}  | {1}: expected name+number+key then LF, found {0}
vkey_number    | {2} : clé Ed25519 numéro {0} attendue, trouvé {1} | {2}: expected Ed25519 key number {0}, found {1}
not_note       | ce n’est pas une note signée                      | this is not a signed note
sign_line      | ligne de signature illisible : {0}                | signature line not readable: {0}
sign_false     | la signature de {0} ne correspond pas au texte    | the signature of {0} does not hold
sign_none      | attendu une signature de {0}, aucune trouvée      | expected a signature of {0}, found none
not_head       | attendu origine, taille et racine, trouvé {0}     | expected origin, size and root, found {0}
extra_file     | {0} : dans le dossier, pas dans le manifeste      | {0}: in the bundle, not in the manifest
missing_file   | {0} : dans le manifeste, pas dans le dossier      | {0}: in the manifest, not in the bundle
digest         | SHA-256 de {0}                                    | SHA-256 of {0}
files_ok       | {0} fichiers conformes au manifeste               | {0} files, as the manifest lists them
line_length    | enregistrement {0}, longueur et LF                | record {0}, length and LF
encoding       | enregistrement {0}, encodage canonique, octet {1} | record {0}, canonical encoding, byte {1}
kind           | enregistrement {0}, genre inconnu : {1}           | record {0}, unknown kind: {1}
shape          | enregistrement {0} ({1}) : « {2} » n’est pas conforme : {3} | record {0} ({1}): “{2}” is not as specified: {3}
head_size      | {0}, nombre d’enregistrements                     | {0}, number of records
head_root      | {0}, racine                                       | {0}, root
head_origin    | {0}, origine                                      | {0}, origin
campaign       | enregistrement {0}, campagne                      | record {0}, campaign
journal_ok     | {0} enregistrements signés par {1}                | {0} records, signed by {1}
no_key         | clé illisible (étape 2)                           | key not readable (step 2)
freeze_ok      | liste gelée à l’enregistrement {0}, racine {1}    | list frozen at record {0}, root {1}
unannounced    | {0} : texte que le journal n’annonce pas          | {0}: a text that the journal does not announce
no_papers      | aucun règlement annoncé par le journal            | no rules text announced by the journal
amendment      | enregistrement {0}, version du règlement          | record {0}, version of the rules text
answers        | enregistrement {0}, réponses révélées             | record {0}, revealed answers
unrevealed     | enregistrement {0}, réponses scellées non révélées : {1} | record {0}, sealed answers not revealed: {1}
papers_ok      | textes conformes au journal : {0}                 | texts as the journal announces them: {0}
backwards      | enregistrement {0}, heure                         | record {0}, time
stage          | enregistrement {0}, au stade « {1} »              | record {0}, at stage “{1}”
first          | premier enregistrement                            | first record
minutes        | enregistrement {0}, relevé, « {1} »               | record {0}, minutes, “{1}”
again          | enregistrement {0} : participation {1} déjà acceptée | record {0}: entry {1} was accepted before
version        | enregistrement {0}, version acceptée              | record {0}, version accepted
hours          | enregistrement {0}, heure de participation        | record {0}, time of the entry
state          | enregistrement {0} ({1}) : la participation {2} n’est pas dans l’état qu’il faut | record {0} ({1}): entry {2} is not in the state that this takes
of_entrant     | enregistrement {0}, participant                   | record {0}, entrant
of_draw        | enregistrement {0}, tirage                        | record {0}, draw
stages_ok      | chaque enregistrement à sa place ; stade : {0}    | every record in its place; stage: {0}
at_draft       | brouillon                                         | draft
at_open        | jeu ouvert                                        | open
at_closed      | jeu clos                                          | closed
at_frozen      | liste gelée                                       | frozen
at_drawn       | tirage effectué                                   | drawn
at_settled     | lots réglés                                       | settled
at_void        | jeu annulé                                        | void
no_zones       | fuseaux horaires absents de cet ordinateur (pip install tzdata) | no time zones on this computer (pip install tzdata)
no_times       | instants de la définition illisibles              | the definition’s instants cannot be read
entries        | participations                                    | entries
entrants       | participants                                      | entrants
tickets        | chances                                           | tickets
count_ok       | acceptées : {0} − retirées : {1} − exclues : {2} + réintégrées : {3} = {4} ; participants : {5} ; chances : {6} | {0} accepted − {1} withdrawn − {2} excluded + {3} reinstated = {4} entries, {5} entrants, {6} tickets
line           | {0}, ligne {1}                                    | {0}, line {1}
order          | {0}, ligne {1}, ordre                             | {0}, line {1}, order
folded         | chances de {0} d’après le journal                 | tickets of {0} by the journal
unlisted       | {0} participants du journal manquent, dont {1}    | {0} entrants of the journal are missing, such as {1}
empty          | liste vide : rien à tirer                         | an empty list cannot be drawn
pool_ok        | participants : {0}, chances : {1}, tels que dans le journal | {0} entrants and {1} tickets, as in the journal
postponed      | enregistrement {0}, report                        | record {0}, postponement
postponed_at   | enregistrement {0}, heure du report               | record {0}, time of the postponement
round          | tour selon {0}                                    | round by {0}
no_round       | une répétition n’a ni tour ni préavis             | a rehearsal has no round and needs no notice
closed_at      | heure de la clôture                               | time of the closing
frozen_at      | heure du gel                                      | time of the freeze
too_far        | instant du tirage, reporté plus loin que nécessaire | time of the draw, postponed further than needed
drawn_at       | heure du tirage                                   | time of the draw
time_late      | reporté à {0}, une fois connu le hasard remplacé  | postponed at {0}, when the chance it replaces was known
time_ok        | liste gelée à {0} ; tirage à {1} ; tour {2}       | list frozen at {0}; draw at {1}; round {2}
parameter      | source publiée, {0}                               | source published, {0}
announced      | source selon {0}                                  | source by {0}
round_json     | round.json, {0}                                   | round.json, {0}
chain          | chaîne                                            | chain
signature      | signature de la balise                            | signature of the beacon
no_beacon      | pas de balise : {0}                               | no beacon: {0}
no_py_ecc      | signature de la balise : il faut py_ecc (pip install py-ecc) | signature of the beacon: py_ecc is needed (pip install py-ecc)
beacon_false   | la signature n’est pas celle du tour {0} : {1}    | the signature is not that of round {0}: {1}
beacon_ok      | tour {0} de quicknet, signature juste             | round {0} of quicknet, signature holds
unfrozen       | tirage sans liste gelée                           | a draw without a frozen list
text           | texte de la source                                | text of the source
seed           | graine                                            | seed
seed_ok        | graine {0}                                        | seed {0}
no_pool        | pas de liste à classer (étape 7)                  | no list to rank (step 7)
rank           | rang {0}                                          | rank {0}
too_many       | rien au-delà du rang {0}                          | nothing beyond rank {0}
ranking_ok     | {0} rangs recalculés                              | {0} ranks computed again
no_prizes      | lots illisibles dans la définition                | the definition’s prizes cannot be read
prize          | lot du rang {0}                                   | prize of rank {0}
rows           | nombre de rangs                                   | number of ranks
winners        | nombre de gagnants                                | number of winners
alternates     | nombre de suppléants                              | number of alternates
prizes_ok      | {0} gagnants, {1} suppléants                      | {0} winners, {1} alternates
undrawn        | enregistrement {0} : le lot {1} n’a pas été tiré  | record {0}: prize {1} was not drawn
award          | enregistrement {0} ({1}), lot {2}, état           | record {0} ({1}), prize {2}, state
award_to       | enregistrement {0} ({1}), lot {2}, participant    | record {0} ({1}), prize {2}, entrant
forfeit        | enregistrement {0}, motif                         | record {0}, reason
promoted       | enregistrement {0}, rang du suppléant             | record {0}, rank of the alternate
alternate      | enregistrement {0}, suppléant de rang {1}         | record {0}, alternate of rank {1}
pending        | enregistrement {0} : soldé alors que le lot {1} est en attente | record {0}: settled while prize {1} is pending
unpromoted     | enregistrement {0} : soldé sans promouvoir le suppléant de rang {1} | record {0}: settled without promoting the alternate of rank {1}
settled        | enregistrement {0}, {1}                           | record {0}, {1}
second_draw    | enregistrement {0} : second tirage ({1})          | record {0}: a second draw ({1})
stray_draw     | {0} : fichier d’un tirage inconnu du journal      | {0}: file of a draw unknown to the journal
no_ranking     | pas de ranking.csv auquel comparer                | no ranking.csv to compare with
nothing_after  | rien encore après le tirage                       | nothing so far after the draw
after_ok       | {0} enregistrements dans l’ordre, un seul tirage  | {0} records in order, one draw only
no_stamps      | le dossier n’en contient pas                      | the bundle holds none
served         | selon l’organisateur, {0} est servi depuis {1}    | by the organiser’s word, {0} has been served since {1}
served_ago     | selon l’organisateur, {0} est servi depuis {1}, avant la valeur aléatoire ({2}) | by the organiser’s word, {0} has been served since {1}, before the random value ({2})
served_late    | selon l’organisateur, {0} n’est servi que depuis {1}, après la valeur aléatoire ({2}) | by the organiser’s word, {0} has been served only since {1}, after the random value ({2})
stray_stamp    | {0} : fichier qui n’est ni un horodatage ni une contresignature annoncés | {0}: a file that is neither a time stamp nor a cosignature announced
index          | {0}, objet {1}, non conforme : {2}                | {0}, object {1}, not as specified: {2}
index_twice    | {0} : deux fois {1}                               | {0}: {1} stands there twice
many           | {0} : plus de {1}                                 | {0}: more than {1}
der            | DER : étiquette {0} attendue, trouvé {1}          | DER: expected tag {0}, found {1}
der_length     | DER : longueur illisible                          | DER: length not readable
der_form       | DER : valeur non conforme : {0}                   | DER: value not as specified: {0}
status         | état de la réponse (0 : accordé)                  | status of the response (0: granted)
version_of     | version de {0}                                    | version of {0}
type_of        | type de {0}                                       | type of {0}
imprint        | empreinte horodatée                               | digest stamped
hash           | algorithme d’empreinte                            | digest algorithm
attribute      | attribut signé {0}                                | signed attribute {0}
signers        | nombre de signataires                             | number of signers
stamp_early    | {0} : horodaté avant l’instant du tour ({1}) : {2} | {0}: stamped before the round’s time ({1}): {2}
stamp_late     | {0} : horodaté à {2}, non avant l’instant du tour ({1}) | {0}: stamped at {2}, not before the round’s time ({1})
stamp_missing  | {0} : pas d’horodatage : {1}                      | {0}: no time stamp: {1}
stamp_unsigned | {0} ({2}) : l’horodatage dit {1}, signature laissée de côté | {0} ({2}): the time stamp says {1}, signature left out
stamped        | {0} : horodaté {1} par {2}, SHA-256 de la racine {3} | {0}: stamped {1} by {2}, SHA-256 of the root {3}
no_cryptography | signatures des horodatages : il faut cryptography, 42 ou plus (pip install cryptography) | signatures of the time stamps: cryptography, 42 or later, is needed (pip install cryptography)
algorithm      | {0} : algorithme inconnu de ce programme : {1}    | {0}: algorithm unknown to this program: {1}
unreadable     | certificat ou clé illisible : {0} {1}             | certificate or key not readable: {0} {1}
no_signer      | le certificat du signataire n’y est pas           | the signer’s certificate is not there
stamp_false    | la signature de {0} ne correspond pas             | the signature of {0} does not hold
usage          | {0} : l’usage critique « horodatage », et lui seul, est attendu | {0}: the critical extended key usage time stamping alone is expected
usage_other    | {0} : certificat pour un autre usage              | {0}: a certificate for another use
expired        | {0} : certificat valable de {1} à {2}, horodatage de {3} | {0}: certificate valid from {1} to {2}, stamped {3}
no_chain       | {0} : aucune chaîne valable à {1} jusqu’à une racine de {2} | {0}: no chain valid at {1} up to a root of {2}
policy         | draw.witnesses : {0}                              | draw.witnesses: {0}
policy_text    | un texte est attendu, sans caractère de contrôle, trouvé {0} | a text without control characters is expected, found {0}
policy_line    | ligne {0}, non conforme : {1}                     | line {0}, not as specified: {1}
policy_quorum  | une ligne « quorum » est attendue, trouvé {0}     | expected one line “quorum”, found {0}
one_of_two     | {0} : absent, alors que {1} est là                | {0}: not there, although {1} is
register_name  | nom du registre                                   | name of the register
register_log   | registre, parmi les journaux de draw.witnesses    | register, among the logs of draw.witnesses
proof          | {0} : attendu un reçu (tlog-proof), trouvé {1}    | {0}: expected a receipt (tlog-proof), found {1}
proof_root     | {0} : la preuve d’inclusion                       | {0}: the proof of inclusion
registered     | {0}, enregistrement du registre, {1}              | {0}, record of the register, {1}
no_quorum      | contresignatures : aucun témoin annoncé dont le regard compterait (draw.witnesses) | cosignatures: nobody was announced whose eyes would count (draw.witnesses)
quorum_later   | quorum « {0} » : à juger une fois le tirage fait ; ont contresigné : {1} | quorum “{0}”: to be judged once the draw is completed; cosigned by {1}
quorum         | témoins qui comptent                              | witnesses that count
cosigned_late  | {0} : contresigné à {2}, non avant l’instant du tour ({1}) | {0}: cosigned at {2}, not before the round’s time ({1})
cosigned       | quorum « {0} » atteint : {1} ont contresigné le registre qui contient {2} | quorum “{0}” met: {1} cosigned the register that holds {2}
no_legal       | fichier légal non fourni                          | no legal file was given
legal_entrant  | {0}, participant                                  | {0}, entrant
legal_key      | {0}, engagement                                   | {0}, commitment
legal_rank     | {0}, rang                                         | {0}, rank
legal_prize    | {0}, lot                                          | {0}, prize
unnamed        | rang {0} sans identité : {1}                      | rank {0} has no identity: {1}
legal_ok       | {0} identités conformes                           | {0} identities hold
beacon         | balise (beacon) : le hasard vient d’une balise publique, personne n’a pu le choisir | beacon: chance comes from a public beacon, nobody could choose it
ceremony       | cérémonie (ceremony) : un témoin nommé a fourni le hasard, une fois la liste gelée | ceremony: a named witness provided the chance, once the list was frozen
rehearsal      | répétition (rehearsal) : ce tirage est un essai et ne vaut rien | rehearsal: this draw is a trial and is worth nothing
unknown        | inconnu                                           | unknown
passed         | RÉUSSIE                                           | PASSED
failed         | ÉCHOUÉE                                           | FAILED
not-checked    | NON VÉRIFIÉE                                      | NOT CHECKED
title          | Campagne {0} — {1}                                | Campaign {0} — {1}
level          | Niveau : {0}                                      | Level: {0}
not_proved     | Ce qui n’est pas prouvé :                         | What is not proved:
good           | VERDICT : aucune étape en échec ; non vérifiées : {1} sur 15 | VERDICT: no step failed; not checked: {1} of 15
bad            | VERDICT : étapes en échec : {0} sur 15 ; non vérifiées : {1} | VERDICT: steps failed: {0} of 15; not checked: {1}
no_bundle      | Ce n’est pas un dossier de preuve : {0}           | This is not a proof bundle: {0}
not_proved_1   | que les participants sont des personnes réelles et distinctes | that entrants are real, distinct people
not_proved_2   | que ce qu’ils ont déclaré est vrai                | that what they declared is true
not_proved_3   | qu’un lot a été remis                             | that a prize was delivered
not_proved_4   | que la loi a été respectée                        | that the law was kept
step_1         | Fichiers et empreintes                            | Files and digests
step_2         | Journal et signature                              | Journal and signature
step_3         | Point de contrôle du gel                          | Freeze checkpoint
step_4         | Textes du règlement                               | Rules texts
step_5         | Déroulement et horaires                           | Stages and times
step_6         | Décompte des participations                       | Count of entries
step_7         | Liste gelée                                       | Frozen list
step_8         | Instant du tirage et préavis                      | Time of the draw and notice
step_9         | Source du hasard                                  | Source of chance
step_10        | Graine                                            | Seed
step_11        | Classement                                        | Ranking
step_12        | Lots et suppléants                                | Prizes and alternates
step_13        | Après le tirage                                   | After the draw
step_14        | Horodatages et contresignatures                   | Time stamps and cosignatures
step_15        | Identités des gagnants                            | Winners’ identities
"""
SAID = {name: (fr, en) for name, fr, en in ((p.strip() for p in s.split(" | ")) for s in SENTENCES.strip().split("\n"))}
CATEGORIES = "complete authentic authentic authentic timely complete complete timely random random selected selected"
CATEGORY = dict(enumerate([*CATEGORIES.split(), "afterwards", "timely", "selected"], 1))  # bundle §4
LEVELS = ("beacon", "ceremony", "rehearsal")
SHOWN = 8  # failures told for one step; the others are counted
LISTED = 64  # likewise, of what passed or was not checked


def show(value: object) -> str:
    """Put what was found on one line, without control characters, cut at 120 characters."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return "".join(c if c.isprintable() else "·" for c in text[:120]) + ("…" if len(text) > 120 else "")


def say(lang: int, name: str, *values: object) -> Said:
    """Say a sentence in French (0) or English (1)."""
    told = (say(lang, v.name, *v.values) if isinstance(v, RefusedError) else v for v in values)
    return Said(SAID[name][lang].format(*(v if isinstance(v, Said) else show(v) for v in told)))


class Said(str):
    """A sentence that is already fit to print."""

    __slots__ = ()


class RefusedError(ValueError):
    """Bytes are not as specified, for the reason that this sentence gives."""

    def __init__(self, name: str, *values: object) -> None:
        super().__init__(name)
        self.name, self.values = name, values


class NotABundleError(RefusedError):
    """The file is not a bundle at all (bundle §2)."""


@dataclass
class Report:
    """What each step found; a step of which nothing was said has not passed."""

    lang: int
    failures: dict[int, list[str]] = field(default_factory=dict)
    more: Counter[int] = field(default_factory=Counter)
    skips: dict[int, list[str]] = field(default_factory=dict)
    passes: dict[int, list[str]] = field(default_factory=dict)

    def say(self, name: str, *values: object) -> Said:
        """Say a sentence in the reader's language."""
        return say(self.lang, name, *values)

    def fail(self, step: int, name: str, *values: object) -> None:
        """Tell a failure."""
        told = self.failures.setdefault(step, [])
        if len(told) < SHOWN:
            told.append(self.say(name, *values))
        else:
            self.more[step] += 1

    def differ(self, step: int, name: str, expected: object, found: object, *values: object) -> None:
        """Tell a failure by what was expected and what was found."""
        self.fail(step, "compared", self.say(name, *values), expected, found)

    def compare(self, step: int, name: str, expected: object, found: object, *values: object) -> None:
        """Tell a failure where what was found is not what was expected."""
        if expected != found:
            self.differ(step, name, expected, found, *values)

    def refuse(self, step: int, error: RefusedError) -> None:
        """Tell that something could not be read."""
        self.fail(step, error.name, *error.values)

    def skip(self, step: int, name: str, *values: object) -> None:
        """Tell why a step, or a part of it, is not checked."""
        self.skips.setdefault(step, []).append(self.say(name, *values))

    def passed(self, step: int, name: str, *values: object) -> None:
        """Tell what was established; it counts only where nothing failed and nothing was left out."""
        self.passes.setdefault(step, []).append(self.say(name, *values))

    def outcome(self, step: int) -> tuple[str, str]:
        """Give `passed`, `failed` or `not-checked`, and the sentences."""
        if step in self.failures:
            more = [str(self.say("more", self.more[step]))] if self.more[step] else []
            return "failed", "\n".join(self.failures[step] + more)
        for outcome, told in (("not-checked", self.skips), ("passed", self.passes)):
            if step in told:
                all_of_it = list(dict.fromkeys(told[step]))
                more = [str(self.say("more", len(all_of_it) - LISTED))] if len(all_of_it) > LISTED else []
                return outcome, "\n".join(all_of_it[:LISTED] + more)
        return "failed", self.say("unreached")


# ---------------------------------------------------------------------------------------------- the zip file (bundle §2)

MIB = 1 << 20
LARGEST_ENTRY, LARGEST_ALL, LARGEST_INDEX = 4096 * MIB - 1, 6144 * MIB, 32 * MIB
REQUIRED = ("manifest.json", "journal/records.jsonl", "journal/checkpoint", "journal/vkey")
KNOWN, BEHIND = 0x80E, 0x8  # bits of an entry's flags: all that may be set; its sizes stand behind its bytes
GAPS = {False: (0,), True: (12, 16)}  # bytes between an entry and what comes after it, with and without the second bit


class Member(NamedTuple):
    """One file of the archive, as its central directory describes it."""

    raw: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


class Archive:
    """A zip file read with strict limits: one entry a name, no encryption, nothing hidden, real sizes."""

    def __init__(self, path: Path) -> None:
        self.file: BinaryIO = path.open("rb")
        self.close = self.file.close
        self.members: dict[str, Member] = {}
        try:
            self.end = self._read_index()
            self.starts = dict(self._read_heads())
        except struct.error:
            self.close()
            raise NotABundleError("damaged", "index") from None
        except NotABundleError:
            self.close()
            raise

    def _at(self, position: int, length: int) -> bytes:
        self.file.seek(position)
        return self.file.read(length)

    def _read_index(self) -> int:
        length = self.file.seek(0, os.SEEK_END)
        tail = self._at(max(0, length - 22), 22).ljust(22, b"\0")
        sign, disk, first, here, count, size, offset, comment = struct.unpack("<4s4H2LH", tail)
        if sign != b"PK\x05\x06" or comment:
            raise NotABundleError("not_zip")
        if (disk, first, here) != (0, 0, count) or offset + size != length - 22 or size > LARGEST_INDEX:
            raise NotABundleError("damaged", "index")
        index, position = self._at(offset, size), 0
        for _ in range(count):
            head = struct.unpack("<4s6H3L5H2L", index[position : position + 46])
            raw = index[position + 46 : position + 46 + head[10]]
            position += 46 + head[10] + head[11] + head[12]
            self._add(head, raw)
        if position != size:
            raise NotABundleError("damaged", "index")
        return int(offset)

    def _add(self, head: tuple[Any, ...], raw: bytes) -> None:
        member = Member(raw, head[3], head[4], head[7], head[8], head[9], head[16])
        name = raw.decode("ascii", "replace")
        if head[0] != b"PK\x01\x02" or len(raw) != head[10]:
            raise NotABundleError("damaged", "index")
        if not name or name[0] == "/" or ".." in name or re.search(r"[^ -~]|[\\:]", name):
            raise NotABundleError("bad_name", name)
        if name in self.members:
            raise NotABundleError("twice", name)
        if member.flags & ~KNOWN:
            raise NotABundleError("encrypted", name)
        if member.method not in {0, 8}:
            raise NotABundleError("method", name, member.method)
        self.members[name] = member

    def _read_heads(self) -> Iterator[tuple[str, int]]:
        """Find where the bytes of each file begin; its own header must agree with the index, nothing may stand between."""
        free, gaps = 0, GAPS[False]
        for name, member in sorted(self.members.items(), key=lambda item: item[1].offset):
            head = struct.unpack("<4s5H3L2H", self._at(member.offset, 30))
            raw = self._at(member.offset + 30, head[9])
            start = member.offset + 30 + head[9] + head[10]
            same = (head[0], head[2], head[3], raw) == (b"PK\x03\x04", member.flags, member.method, member.raw)
            behind = bool(member.flags & BEHIND)
            same = same and (behind or head[6:9] == (member.crc, member.packed, member.size))
            if not same or member.offset - free not in gaps:
                raise NotABundleError("damaged", name)
            yield name, start
            free, gaps = start + member.packed, GAPS[behind]
        if self.end - free not in gaps:
            raise NotABundleError("damaged", "index")

    def stream(self, name: str) -> Iterator[bytes]:
        """Give the real bytes of one file, in pieces; Raises NotABundleError where they are not as announced."""
        member, position, size, crc = self.members[name], self.starts[name], 0, 0
        stop, unpack = position + member.packed, zlib.decompressobj(-15)
        while position < stop:
            chunk = self._at(position, min(stop - position, 65_536))
            position += len(chunk) or stop
            for piece in _inflate(unpack, chunk, name) if member.method else (chunk,):
                size, crc = size + len(piece), zlib.crc32(piece, crc)
                if size > LARGEST_ENTRY or (size > MIB and size > 1000 * member.packed):
                    raise NotABundleError("beyond", name)
                yield piece
        whole = unpack.eof and not unpack.unused_data if member.method else True
        if not whole or (size, crc) != (member.size, member.crc):
            raise NotABundleError("damaged", name)

    def digests(self) -> dict[str, str]:
        """Give the SHA-256 of every file. Everything is read once, so that damage shows before anything is judged."""
        found, total = {}, 0
        for name in self.members:
            digest = hashlib.sha256()
            for piece in self.stream(name):
                total += len(piece)
                if total > LARGEST_ALL:
                    raise NotABundleError("beyond_all")
                digest.update(piece)
            found[name] = digest.hexdigest()
        return found

    def read(self, name: str, limit: int = MIB) -> bytes:
        """Read a small file whole; Raises RefusedError where it is missing or longer than `limit`."""
        if name not in self.members:
            raise RefusedError("absent", name)
        if self.members[name].size > limit:
            raise RefusedError("too_long", name, limit)
        return b"".join(self.stream(name))


def _inflate(unpack: Any, chunk: bytes, name: str) -> Iterator[bytes]:  # noqa: ANN401 (zlib gives the type no name)
    try:
        piece = unpack.decompress(chunk, 65_536)
        while piece:
            yield piece
            piece = unpack.decompress(unpack.unconsumed_tail, 65_536)
    except zlib.error:
        raise NotABundleError("damaged", name) from None


def lines(pieces: Iterable[bytes], limit: int = MIB) -> Iterator[tuple[bytes, bool]]:
    """Give each line without its LF; False marks a last one without LF, or one cut because it is beyond `limit`."""
    rest, cut = b"", False
    for piece in pieces:
        head, *others = piece.split(b"\n")
        rest += b"" if cut else head
        for other in others:
            yield rest, not cut
            rest, cut = other, False
        if len(rest) > limit:
            rest, cut = rest[:limit], True
    if rest:
        yield rest, False


# ------------------------------------------------------------------------------------------- canonical JSON (journal §3)

LIMIT = 1 << 53


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= LIMIT:
        raise RefusedError("integer", text)
    return int(text)


def _floating(text: str) -> object:
    raise RefusedError("floating", text)


def _too_deep(data: bytes) -> bool:
    """Tell whether brackets are nested beyond 64; the decoder itself may run out of stack."""
    if data.count(b"[") + data.count(b"{") <= 64:
        return False
    depth = deepest = 0
    for bracket in re.findall(rb"[][{}]", re.sub(rb'(?s)"[^"\\]*(?:\\.[^"\\]*)*"?', b"", data)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest > 64


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_floating, parse_constant=_floating)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_ENCODER_AS_IS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _sorted(value: object) -> object:
    if isinstance(value, dict):  # RFC 8785 sorts by UTF-16 code units
        return {k: _sorted(value[k]) for k in sorted(value, key=lambda k: k.encode("utf-16-be", "surrogatepass"))}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def canonical(value: object) -> bytes:
    """Encode a value without floats by RFC 8785."""
    text = _ENCODER.encode(value)
    return (text if text.isascii() else _ENCODER_AS_IS.encode(_sorted(value))).encode()


def parse(data: bytes, where: str) -> tuple[Any, bytes]:
    """Decode JSON, and give its canonical encoding with it; Raises RefusedError where it is no JSON of ours."""
    if _too_deep(data):
        raise RefusedError("deep", where)
    try:
        value = _DECODER.decode(data.decode())
        return value, canonical(value)
    except RefusedError as error:
        raise RefusedError("where", where, error) from None
    except ValueError as error:
        raise RefusedError("not_json", where, error) from None


# ------------------------------------------------------------------------------- Ed25519, verifying only (RFC 8032 §5.1)

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


def _sum(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


@functools.lru_cache(maxsize=16)
def _doubled(point: Point) -> tuple[Point, ...]:
    """Return the point times 1, 2, 4 … 2^252. Two thirds of the work of a signature, and the same for all of one key."""
    return tuple(itertools.accumulate(range(252), lambda half, _: _sum(half, half), initial=point))


def _times(scalar: int, point: Point) -> Point:
    """Multiply by a scalar below 2^253."""
    total: Point = (0, 1, 1, 0)
    for place, power in enumerate(_doubled(point)):
        total = _sum(total, power) if scalar >> place & 1 else total
    return total


def _point(data: bytes) -> Point | None:
    """Decode a point; None where the encoding is not canonical or the point not on the curve."""
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    x = x if (x * x - square) % _P == 0 else x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def _encode(point: Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


def ed25519_holds(key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature is the key's: no cofactor, S below L, canonical encodings, no key of small order."""
    point, s = _point(key), int.from_bytes(signature[32:], "little")
    if point is None or _BASE is None or len(key) != 32 or len(signature) != 64 or s >= _L:
        return False
    minus = (_P - point[0], point[1], 1, _P - point[3])
    if _encode(_times(8, minus)) == b"\1" + bytes(31):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _L
    return _encode(_sum(_times(s, _BASE), _times(k, minus))) == signature[:32]


# ------------------------------------------------------------- notes, checkpoints, tree (journal §2 and §6, C2SP, RFC 6962)


class Key(NamedTuple):
    """A vkey: the key's name, its number, its Ed25519 bytes."""

    name: str
    number: bytes
    public: bytes


class Checkpoint(NamedTuple):
    """A signed head: of which journal, of how many records, with what root (hex)."""

    origin: str
    size: int
    root: str


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        data = b""
    if not data or base64.b64encode(data).decode() != text:
        raise RefusedError("base64", text)
    return data


LOG, WITNESS = 1, 4  # types of keys: Ed25519, Ed25519 cosignatures with their time


def parse_vkey(data: bytes, where: str = "journal/vkey", kind: int = LOG) -> Key:
    """Read a vkey and its LF (C2SP signed-note)."""
    match = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\n", data.decode("utf-8", "replace"))
    if match is None:
        raise RefusedError("vkey", data, where)
    public = _base64(match[3])
    number = hashlib.sha256(match[1].encode() + b"\n" + public).digest()[:4]
    if len(public) != 33 or public[0] != kind or match[2] != number.hex():
        raise RefusedError("vkey_number", number.hex(), data, where)
    return Key(match[1], number, public[1:])


def _note(data: bytes) -> tuple[str, list[str]]:
    """Take a note apart (C2SP signed-note): its text without the last LF, and its signature lines."""
    try:
        body, blank, signatures = data.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        raise RefusedError("not_note") from None
    lines = signatures.split("\n")
    odd = any(c < " " and c != "\n" for c in body + signatures)
    if odd or not blank or lines.pop() or not 0 < len(lines) <= 1000 or len(data) > 1_000_000:
        raise RefusedError("not_note")
    return body, lines


def parse_checkpoint(data: bytes, key: Key) -> Checkpoint:
    """Read a checkpoint that the key signed (C2SP signed-note, tlog-checkpoint)."""
    body, signatures = _note(data)
    ours = 0
    for line in signatures:
        match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
        blob = _base64(match[2]) if match else b""
        if match is None or len(blob) < 5:
            raise RefusedError("sign_line", line)
        if match[1] == key.name and blob[:4] == key.number:
            ours += 1
            if not ed25519_holds(key.public, blob[4:], f"{body}\n".encode()):
                raise RefusedError("sign_false", key.name)
    if not ours:
        raise RefusedError("sign_none", key.name)
    head = body.split("\n")
    root = _base64(head[2]) if len(head) > 2 and all(head) else b""
    if len(root) != 32 or not re.fullmatch("0|[1-9][0-9]{0,15}", head[1]):
        raise RefusedError("not_head", body)
    return Checkpoint(head[0], int(head[1]), root.hex())


class Tree:
    """A Merkle tree that only grows (RFC 6962 §2.1)."""

    def __init__(self) -> None:
        self.size = 0
        self.stack: list[bytes] = []

    def append(self, record: bytes) -> None:
        """Add one leaf."""
        node, size = hashlib.sha256(b"\0" + record).digest(), self.size
        while size & 1:
            node, size = hashlib.sha256(b"\1" + self.stack.pop() + node).digest(), size >> 1
        self.stack.append(node)
        self.size += 1

    def root(self) -> str:
        """Give the root of the leaves so far, in hex."""
        node = self.stack[-1] if self.stack else hashlib.sha256().digest()
        for left in reversed(self.stack[:-1]):
            node = hashlib.sha256(b"\1" + left + node).digest()
        return node.hex()


# --------------------------------------------------------------------------------------- instants and rounds (draw §3)

DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
GENESIS, PERIOD = 1692803367, 3
QUICKNET: dict[str, object] = {
    "chain": "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    "genesis": GENESIS,
    "genesis_seed": "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
    "name": "quicknet",
    "period": PERIOD,
    "public_key": "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
}


def _seconds(text: str, zone: object = None) -> int | None:
    try:
        from zoneinfo import ZoneInfo

        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(str(zone)))
        return (moment - _EPOCH) // timedelta(seconds=1)
    except (ImportError, LookupError, ValueError, OverflowError, OSError):
        return None


@functools.lru_cache(maxsize=1 << 16)
def instant(text: str) -> int | None:
    """Read `2026-12-01T08:12:00Z` as seconds since 1970; None for anything else."""
    if not re.fullmatch("[1-9][0-9]{3}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z", text):
        return None
    return _seconds(text[:-1] + "+00:00")


def local_instant(text: object, zone: object) -> int | None:
    """Read an instant of the definition (with Z, with an offset, or local to `zone`) as seconds since 1970."""
    pattern = "([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?"
    match = re.fullmatch(pattern, text) if isinstance(text, str) else None
    if match is None:
        return None
    offset = "+00:00" if match[3] == "Z" else match[3] or ""
    return _seconds(match[1] + (match[2] or ":00") + offset, zone)


def when(seconds: int) -> str:
    """Write an instant as people do, in UTC."""
    try:
        return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return str(seconds)


def round_at(seconds: int) -> int:
    """Give the first round of quicknet at or after an instant."""
    return -((GENESIS - seconds) // PERIOD) + 1


def known_at(number: int) -> int:
    """Give the instant when a round of quicknet is known."""
    return GENESIS + (number - 1) * PERIOD


@functools.lru_cache(maxsize=64)
def beacon_holds(number: int, signature: str) -> bool | None:
    """Tell whether the signature is quicknet's for this round; None where py_ecc is not installed."""
    limit = sys.getrecursionlimit()
    try:
        from py_ecc.bls.g2_primitives import subgroup_check
        from py_ecc.bls.hash_to_curve import hash_to_G1
        from py_ecc.bls.point_compression import decompress_G1, decompress_G2
        from py_ecc.optimized_bls12_381.optimized_curve import G2, is_inf
        from py_ecc.optimized_bls12_381.optimized_pairing import pairing
    except ImportError:
        return None
    finally:
        # py_ecc raises the limit when it is imported: deeply nested input would then overflow the stack.
        sys.setrecursionlimit(limit)
    message, tag = hashlib.sha256(struct.pack(">Q", number)).digest(), b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
    public: Any = str(QUICKNET["public_key"])
    to_curve: Any = hash_to_G1
    try:
        compressed: Any = int(signature, 16)
        point: Any = decompress_G1(compressed)
    except ValueError:
        return False
    if is_inf(point) or not subgroup_check(point):
        return False
    halves: Any = (int(public[:96], 16), int(public[96:], 16))
    return bool(pairing(G2, point) == pairing(decompress_G2(halves), to_curve(message, tag, hashlib.sha256)))


# ---------------------------------------------------------------------------------- the closed set of records (journal §4)

Check = Callable[[Any], bool]
Record = dict[str, Any]


def _text(pattern: str) -> Check:
    match = re.compile(pattern).fullmatch
    return lambda value: type(value) is str and match(value) is not None


def _number(low: int, high: int = LIMIT - 1) -> Check:
    return lambda value: type(value) is int and low <= value <= high


def _object(**checks: Check) -> Check:
    def check(value: object) -> bool:
        return type(value) is dict and value.keys() == checks.keys() and all(c(value[k]) for k, c in checks.items())

    return check


HEX32, HEX64, CODE = _text("[0-9a-f]{32}"), _text("[0-9a-f]{64}"), _text("(?=.{1,80}$)[a-z0-9](?:-?[a-z0-9])*")
CLAUSE, SOME, ANY, COUNT = _text(r"[1-9][0-9]{0,2}(\.[1-9][0-9]{0,2})?"), _text("(?s:.+)"), _text("(?s:.*)"), _number(0)
LOCAL, DRAND = _text("ceremony|rehearsal"), _text("drand")
NUMBER = _number(1, 9999)  # of a version, of minutes
PUBLISHED = _object(chain=ANY, genesis=COUNT, genesis_seed=ANY, name=ANY, period=COUNT, public_key=ANY, source=DRAND)
PUBLISHED_LOCAL, DRAWN_LOCAL = _object(source=LOCAL), _object(source=LOCAL, text=ANY)
DRAWN = _object(chain=ANY, round=_number(1), signature=ANY, source=DRAND)
MOST_TICKETS, MOST_ROWS = 50_000_000, 1_000_000
POOL_LINE = re.compile(rb"([0-9a-f]{32}),([1-9][0-9]{0,2}|1000)")
DECLINED = _object(channel=CODE, count=_number(1), reason=CODE)
REVEALED = _object(answers=lambda _: True, key=_text("([0-9a-f]{2})+"), sealed=HEX64)


def _instant(value: object) -> bool:
    return isinstance(value, str) and instant(value) is not None


def _never(_: object) -> bool:
    return False


def _texts(value: object) -> bool:
    return type(value) is dict and all(map(ANY, value.values()))


def _reason(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 2000


def _papers(value: object) -> bool:
    return type(value) is dict and bool(value) and value.keys() <= {"fr", "en"} and all(map(HEX64, value.values()))


def _declined(value: object) -> bool:
    if type(value) is not list or not all(map(DECLINED, value)):
        return False
    order = [(line["reason"], line["channel"]) for line in value]
    return order == sorted(set(order))


def _revealed(value: object) -> bool:
    return type(value) is list and bool(value) and all(map(REVEALED, value))


_DEFINES: dict[str, Check] = {"definition": lambda value: type(value) is dict, "papers": _papers}
_SOURCE: dict[str, Check] = {"source": lambda value: PUBLISHED(value) or PUBLISHED_LOCAL(value)}
_DRAWN: dict[str, Check] = {"draw": CODE, "source": lambda value: DRAWN(value) or DRAWN_LOCAL(value)}
_ENTRY: dict[str, Check] = {"entry": HEX32, "entrant": HEX32}
_ENTERED: dict[str, Check] = {"channel": CODE, "commitment": HEX64, "rules": NUMBER, "tickets": _number(1, 1000)}
_AWARD: dict[str, Check] = {"draw": CODE, "prize": CODE, "entrant": HEX32}
_EACH: dict[str, Check] = {"kind": SOME, "at": _instant, "campaign": HEX32}
KINDS: dict[str, dict[str, Check]] = {
    "campaign.published": _EACH | _DEFINES | _SOURCE,
    "campaign.amended": _EACH | _DEFINES | {"number": _number(2, 9999), "reason": _reason},
    "entry.accepted": _EACH | _ENTRY | _ENTERED,
    "entry.withdrawn": _EACH | _ENTRY,
    "entry.excluded": _EACH | _ENTRY | {"reason": CODE, "clause": CLAUSE},
    "entry.reinstated": _EACH | _ENTRY,
    "campaign.closed": _EACH | {"declined": _declined, "revealed": _revealed},
    "pool.frozen": _EACH | {"draw": CODE, "pool": HEX64, "entrants": COUNT, "tickets": COUNT, "round": _number(1)},
    "draw.postponed": _EACH | {"draw": CODE, "draws_at": _instant, "reason": CODE, "round": _number(1)},
    "draw.completed": _EACH | _DRAWN | {"seed": HEX64, "ranking": HEX64, "winners": COUNT, "alternates": COUNT},
    "award.offered": _EACH | _AWARD | {"until": _instant},
    "award.confirmed": _EACH | _AWARD,
    "award.forfeited": _EACH | _AWARD | {"reason": CODE},
    "alternate.promoted": _EACH | _AWARD | {"rank": _number(1)},
    "campaign.settled": _EACH | {"confirmed": COUNT, "unawarded": COUNT},
    "campaign.voided": _EACH | {"reason": _reason},
    "minutes.issued": _EACH | {"number": NUMBER, "draw": CODE, "papers": _papers, "pdfs": _papers},
    "minutes.annulled": _EACH | {"number": NUMBER, "reason": _reason},
}
OPTIONAL = {("campaign.closed", "revealed"), ("pool.frozen", "round"), ("draw.postponed", "round")}
KEYS = {kind: frozenset(key for key in checks if (kind, key) not in OPTIONAL) for kind, checks in KINDS.items()}
ABOUT_ONE = ("entry.", "award.", "alternate.")  # their `at` is a whole minute (journal §3)
# Where one of these is wrong the record fails step 2, and is read all the same, so that other steps judge their own matter.
SPARE = {
    "channel",
    "clause",
    "commitment",
    "declined",
    "papers",
    "pdfs",
    "reason",
    "revealed",
    "round",
    "rules",
    "until",
}


def check_record(place: int, record: object) -> tuple[list[str], bool]:
    """Give the keys that are not as specified, and whether the record can be read without them."""
    if not isinstance(record, dict) or not isinstance(record.get("kind"), str) or record["kind"] not in KINDS:
        raise RefusedError("kind", place, record.get("kind", "—") if isinstance(record, dict) else "—")
    kind, checks = record["kind"], KINDS[record["kind"]]
    wrong = [key for key, value in record.items() if key not in checks or not checks[key](value)]
    if record.keys() != KEYS[kind]:
        wrong += [key for key in KEYS[kind] if key not in record]
    usable = not wrong or all(key in SPARE or key not in checks for key in wrong)
    if usable and kind.startswith(ABOUT_ONE) and record["at"][-4:] != ":00Z":
        wrong.append("at")
    return wrong, usable


# --------------------------------------------------------------------------------------- what the definition in force says


def _objects(items: object) -> list[Record]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _each(items: object, key: str) -> list[str]:
    return [item[key] for item in _objects(items) if isinstance(item.get(key), str)]


class Terms:
    """The part of a definition that the checks need; None where it cannot be read."""

    def __init__(self, definition: Record) -> None:
        draw, zone = definition.get("draw"), definition.get("timezone", "UTC")
        draw = draw if isinstance(draw, dict) else {}
        self.digest, self.zone = hashlib.sha256(canonical(definition)).hexdigest(), zone
        self.title = definition.get("title")
        self.opens, self.closes, self.freezes, self.draws = (
            local_instant(definition.get(k + "_at"), zone) for k in ("opens", "closes", "freezes", "draws")
        )
        notice, alternates = draw.get("notice_minutes", 15), definition.get("alternates", 0)
        self.notice = notice * 60 if _number(1, 10**9)(notice) else None
        self.source = draw.get("source")
        self.witnesses = draw.get("witnesses")
        values = draw.get("values")
        values = values if isinstance(values, list) else []
        self.values = [v.get("name", v.get("id")) if isinstance(v, dict) else v for v in values]
        prizes = definition.get("prizes")
        pairs: list[tuple[Any, Any]] = [(p.get("id"), p.get("quantity", 1)) for p in _objects(prizes)]
        whole = pairs and isinstance(prizes, list) and len(pairs) == len(prizes)
        self.prizes = pairs if whole and all(CODE(name) and _number(1)(many) for name, many in pairs) else None
        self.alternates = alternates if COUNT(alternates) else None
        self.forfeits, self.sealed = _each(definition.get("forfeits"), "code"), _each(definition.get("rules"), "sealed")

    def units(self) -> Iterator[str]:
        """Give the prize units in the order declared, one at a time: a quantity may be any number."""
        for name, many in self.prizes or ():
            if many == 1:
                yield name
            else:
                yield from (f"{name}-{number}" for number in range(1, many + 1))

    @property
    def unit_count(self) -> int:
        """Count the prize units."""
        return sum(many for _, many in self.prizes or ())

    def titled(self, lang: int) -> str:
        """Give the campaign's title in the reader's language, else in the other."""
        texts = self.title if isinstance(self.title, dict) else {"fr": self.title}
        fr, en = texts.get("fr"), texts.get("en")
        return show((fr or en if lang == 0 else en or fr) or "")


# ------------------------------------------------------------------------------- after the draw, record by record (step 13)


class Row(NamedTuple):
    """One line of `ranking.csv`, as it stands there."""

    rank: str
    number: str
    entrant: str
    prize: str


class Ranking(NamedTuple):
    """`ranking.csv`: its name, its lines up to a million, the length of it all."""

    name: str
    rows: list[Row]
    length: int


class Awards:
    """What became of each prize unit (draw §6)."""

    def __init__(self, report: Report, draw: str, terms: Terms, rows: list[Row]) -> None:
        self.report, self.draw, self.terms, self.rows = report, draw, terms, rows
        units = itertools.islice(terms.units(), len(rows))
        self.holder = {unit: row.entrant for unit, row in zip(units, rows)}  # noqa: B905 (strict= came after 3.9)
        self.state = dict.fromkeys(self.holder, "won")
        self.next = len(self.holder) + 1  # the rank of the next alternate
        self.used: set[int] = set()
        self.seen = 0

    def take(self, place: int, record: Record) -> None:
        """Judge one `award.*` or `alternate.promoted`, then go on from there."""
        kind, unit, entrant, report = record["kind"], record["prize"], record["entrant"], self.report
        self.seen += 1
        report.compare(13, "of_draw", self.draw, record["draw"], place)
        if unit not in self.state:
            report.fail(13, "undrawn", place, unit)
            return
        allowed = {"award.offered": ("won", "promoted"), "alternate.promoted": ("forfeited",)}.get(kind, ("offered",))
        if self.state[unit] not in allowed:
            report.differ(13, "award", "/".join(allowed), self.state[unit], place, kind, unit)
        if kind == "alternate.promoted":
            self._promote(place, record["rank"], entrant)
        else:
            report.compare(13, "award_to", self.holder[unit], entrant, place, kind, unit)
        if kind == "award.forfeited" and record.get("reason") not in self.terms.forfeits:
            report.differ(13, "forfeit", "/".join(self.terms.forfeits) or "—", record.get("reason"), place)
        self.holder[unit], self.state[unit] = entrant, kind.rpartition(".")[2]

    def _promote(self, place: int, rank: int, entrant: str) -> None:
        expected = self.next if self.next <= len(self.rows) else "—"
        self.report.compare(13, "promoted", expected, rank, place)
        if rank <= len(self.rows):
            self.report.compare(13, "alternate", self.rows[rank - 1].entrant, entrant, place, rank)
        self.used.add(rank)
        while self.next in self.used:
            self.next += 1

    def settle(self, place: int, record: Record) -> None:
        """Judge `campaign.settled`: every unit has an end, and the counts are right."""
        self.seen += 1
        states = Counter(self.state.values())
        for unit, state in self.state.items():
            if state in {"won", "offered", "promoted"}:
                self.report.fail(13, "pending", place, unit)
        if states["forfeited"] and self.next <= len(self.rows):
            self.report.fail(13, "unpromoted", place, self.next)
        unawarded = self.terms.unit_count - states["confirmed"]
        self.report.compare(13, "settled", states["confirmed"], record["confirmed"], place, "confirmed")
        self.report.compare(13, "settled", unawarded, record["unawarded"], place, "unawarded")


# ------------------------------------------------------------------------- the journal, record by record (steps 2, 4, 5, 8)

_MOVES = frozenset({"entry.withdrawn", "entry.excluded", "entry.reinstated"})
_AFTER = frozenset({"award.offered", "award.confirmed", "award.forfeited", "alternate.promoted"})
_MINUTES = frozenset({"minutes.issued", "minutes.annulled"})
ALLOWED: dict[str, frozenset[str]] = {  # journal §4; the stages in their order
    "draft": frozenset({"campaign.published"}),
    "open": _MOVES | {"campaign.amended", "entry.accepted", "campaign.closed", "campaign.voided"},
    "closed": _MOVES | {"draw.postponed", "pool.frozen", "campaign.voided"},
    "frozen": frozenset({"draw.completed", "campaign.voided"}),
    "drawn": _AFTER | _MINUTES | {"campaign.settled", "campaign.voided"},
    "settled": _MINUTES,
    "void": _MINUTES,
}
LEADS = {"campaign.published": "open", "campaign.closed": "closed", "pool.frozen": "frozen"}
LEADS |= {"draw.completed": "drawn", "campaign.settled": "settled", "campaign.voided": "void"}
ORDER = list(ALLOWED)


class Journal:
    """One reading of the records, from the first to the last: a fold that tells on its way what is wrong."""

    def __init__(self, report: Report, read_ranking: Callable[[str], Ranking | None]) -> None:
        self.report, self.read_ranking = report, read_ranking
        self.wanted: set[str] = set()  # entries whose commitment step 15 needs
        self.tree = Tree()
        self.campaign, self.stage, self.last = "", "draft", ""
        self.source: Record = {}
        self.terms: Terms | None = None
        self.version = 0
        self.papers: dict[str, str] = {}
        self.minutes: dict[int, bool] = {}  # number: whether they stand
        self.standing: dict[bytes, tuple[bytes, int]] = {}  # entry: entrant, tickets
        self.excluded: dict[bytes, tuple[bytes, int]] = {}
        self.withdrawn: set[bytes] = set()
        self.counts: Counter[str] = Counter()
        self.commitments: dict[str, tuple[str, object]] = {}  # entry: entrant, commitment; of those wanted
        self.draws_at: int | None = None
        self.postponements = 0
        self.late = ""  # when the draw was postponed after what was to decide it was known
        self.closed_at = ""
        self.freeze: Record = {}  # the record, once there is one
        self.freeze_size, self.freeze_root = 0, ""
        self.fold: dict[bytes, int] = {}  # entrant: tickets, at the freeze
        self.folded = (0, 0, 0)  # entries, entrants, tickets
        self.draw: Record = {}  # likewise
        self.ranking: Ranking | None = None
        self.awards: Awards | None = None

    def read(self, records: Iterable[tuple[bytes, bool]]) -> None:
        """Take every line of `journal/records.jsonl`."""
        for place, (line, whole) in enumerate(records):
            self.tree.append(line)
            try:
                record = self._record(place, line, whole=whole)
            except RefusedError as error:
                self.report.refuse(2, error)
                continue
            if record is not None:
                self._take(place, record)

    def _record(self, place: int, line: bytes, *, whole: bool) -> Record | None:
        """Judge at step 2 whether a line is a canonical record, of a known kind, as specified."""
        if not whole or len(line) > 65_535:
            found = f"{len(line)}" if whole else f"{len(line)}, LF: 0"
            self.report.differ(2, "line_length", "≤ 65535, LF: 1", found, place)
        record, exact = parse(line, self.report.say("record", place))
        if exact != line:
            at = next(i for i, (a, b) in enumerate(itertools.zip_longest(exact, line)) if a != b)
            self.report.differ(2, "encoding", exact[at : at + 40], line[at : at + 40], place, at)
        wrong, usable = check_record(place, record)
        for key in wrong:
            self.report.fail(2, "shape", place, record["kind"], key, record.get(key, "—"))
        return record if usable else None

    def _take(self, place: int, record: Record) -> None:
        kind, at, report = record["kind"], record["at"], self.report
        self.campaign = self.campaign or record["campaign"]
        report.compare(2, "campaign", self.campaign, record["campaign"], place)
        if at[:16] < self.last[:16]:
            report.differ(5, "backwards", f"≥ {self.last}", at, place)
        self.last = max(self.last, at)
        if kind not in ALLOWED[self.stage]:
            report.differ(5, "stage", ", ".join(sorted(ALLOWED[self.stage])) or "—", kind, place, self.stage)
        if not self.freeze:
            self.counts[kind] += 1
        handler = HANDLERS.get(kind)
        if handler is not None:
            handler(self, place, record)
        if ORDER.index(LEADS.get(kind, "draft")) > ORDER.index(self.stage):
            self.stage = LEADS[kind]

    def published(self, _place: int, record: Record) -> None:
        """Take the definition and the source of chance."""
        if self.terms is None:
            self.source, self.version = record["source"], 1
            self._define(1, record)

    def amended(self, place: int, record: Record) -> None:
        """Take another version of the rules text (journal §4)."""
        self.version += 1
        self.report.compare(4, "amendment", self.version, record["number"], place)
        self._define(record["number"], record)

    def _define(self, number: int, record: Record) -> None:
        for language, digest in record["papers"].items() if _papers(record.get("papers")) else ():
            self.papers[f"papers/rules-{number}-{language}.html"] = digest
        if self.stage in {"draft", "open"}:
            self.terms = Terms(record["definition"])
            self.draws_at = self.terms.draws

    def issued(self, place: int, record: Record) -> None:
        """Take minutes, numbered from 1, of the draw that was completed (journal §4)."""
        number = record["number"]
        self.report.compare(5, "minutes", len(self.minutes) + 1, number, place, "number")
        self.report.compare(5, "minutes", self.draw.get("draw", "—"), record["draw"], place, "draw")
        if not (_papers(record.get("papers")) and _papers(record.get("pdfs"))):
            return
        papers, pdfs = record["papers"], record["pdfs"]
        self.report.compare(5, "minutes", sorted(papers), sorted(pdfs), place, "pdfs")
        self.minutes[number] = True
        for kind, digests in (("html", papers), ("pdf", pdfs)):
            for language, digest in digests.items():
                self.papers[f"papers/minutes-{number}-{language}.{kind}"] = digest

    def annulled(self, place: int, record: Record) -> None:
        """Take back minutes that stand."""
        if self.minutes.get(record["number"]) is not True:
            self.report.differ(
                5, "minutes", [n for n, stands in self.minutes.items() if stands], record["number"], place, "number"
            )
        self.minutes[record["number"]] = False

    def accepted(self, place: int, record: Record) -> None:
        """Take an entry, within the hours of the definition in force."""
        entry, report = bytes.fromhex(record["entry"]), self.report
        if self.freeze:
            return
        if entry in self.standing or entry in self.excluded or entry in self.withdrawn:
            report.fail(5, "again", place, record["entry"])
            return
        self.standing[entry] = (bytes.fromhex(record["entrant"]), record["tickets"])
        if record["entry"] in self.wanted:
            self.commitments[record["entry"]] = (record["entrant"], record.get("commitment"))
        rules, terms = record.get("rules"), self.terms
        if isinstance(rules, int) and rules > self.version:
            report.differ(5, "version", f"≤ {self.version}", rules, place)
        if terms is not None and terms.opens is not None and terms.closes is not None:
            opens = terms.opens // 60 * 60
            if not opens <= (instant(record["at"]) or 0) < terms.closes:
                report.differ(5, "hours", f"≥ {when(opens)}, < {when(terms.closes)}", record["at"], place)

    def moved(self, place: int, record: Record) -> None:
        """Withdraw, exclude or reinstate an entry."""
        entry, kind = bytes.fromhex(record["entry"]), record["kind"]
        if self.freeze:
            return
        held = (self.excluded if kind == "entry.reinstated" else self.standing).pop(entry, None)
        if held is None:
            self.report.fail(5, "state", place, kind, record["entry"])
            return
        self.report.compare(5, "of_entrant", held[0].hex(), record["entrant"], place)
        if kind == "entry.withdrawn":
            self.withdrawn.add(entry)
        else:
            (self.excluded if kind == "entry.excluded" else self.standing)[entry] = held

    def closed(self, place: int, record: Record) -> None:
        """Judge at step 4 whether the answers revealed are those that the definition sealed (journal §8)."""
        self.closed_at = self.closed_at or record["at"]
        sealed, revealed = self.terms.sealed if self.terms else [], record.get("revealed", [])
        lines = revealed if _revealed(revealed) else []
        for line in lines:
            message = b"contests/answers/v1\n" + canonical(line["answers"])
            found = hmac.new(bytes.fromhex(line["key"]), message, hashlib.sha256).hexdigest()
            if found != line["sealed"] or found not in sealed:
                self.report.differ(4, "answers", " / ".join(sealed) or "—", found, place)
        for missing in set(sealed) - {line["sealed"] for line in lines}:
            self.report.fail(4, "unrevealed", place, missing)

    def postponed(self, place: int, record: Record) -> None:
        """Judge at step 8 a postponement: by whole days, before what it waits for is known (draw §3)."""
        before, after, report = self.draws_at, instant(record["draws_at"]) or 0, self.report
        if before is None or self.freeze:
            return
        beacon = self.source.get("source") == "drand"
        if after <= before or (after - before) % DAY:
            report.differ(8, "postponed", f"{when(before)} + n × 24 h", when(after), place)
        replaced, known = (known_at(round_at(due)) if beacon else due for due in (before, after))
        if (instant(record["at"]) or 0) >= known:
            report.differ(8, "postponed_at", f"< {when(known)}", record["at"], place)
        elif (instant(record["at"]) or 0) >= replaced:
            self.late = record["at"]
        where = report.say("record", place)
        report.compare(8, "round", round_at(after) if beacon else 0, record.get("round", 0), where)
        self.draws_at, self.postponements = after, self.postponements + 1

    def frozen(self, place: int, record: Record) -> None:
        """Fold the entries to tickets per entrant (draw §2)."""
        if self.freeze:
            return
        self.freeze, self.freeze_size, self.freeze_root = record, place + 1, self.tree.root()
        for entrant, tickets in self.standing.values():
            self.fold[entrant] = self.fold.get(entrant, 0) + tickets
        self.folded = (len(self.standing), len(self.fold), sum(self.fold.values()))
        self.standing, self.excluded, self.withdrawn = {}, {}, set()

    def completed(self, place: int, record: Record) -> None:
        """Take the draw, the only one."""
        if self.draw:
            self.report.fail(13, "second_draw", place, record["draw"])
            return
        self.draw = record
        draw = self.freeze["draw"] if self.freeze else record["draw"]
        self.report.compare(5, "of_draw", draw, record["draw"], place)
        self.ranking = self.read_ranking(draw)
        if self.terms is not None and self.ranking is not None:
            self.awards = Awards(self.report, draw, self.terms, self.ranking.rows)

    def award(self, place: int, record: Record) -> None:
        """Take what became of a prize."""
        if self.awards is not None:
            self.awards.take(place, record)

    def settled(self, place: int, record: Record) -> None:
        """Take the end."""
        if self.awards is not None and self.stage == "drawn":
            self.awards.settle(place, record)

    @property
    def round_time(self) -> int | None:
        """Give the instant when the round in force is known; None where chance does not come from the beacon."""
        number = self.freeze.get("round") if self.draws_at is None else round_at(self.draws_at)
        return known_at(number) if self.source.get("source") == "drand" and type(number) is int else None

    @property
    def level(self) -> str | None:
        """Give the level: of what was published and what was drawn, the weaker."""
        sources = [self.source.get("source"), self.draw["source"]["source"] if self.draw else None]
        levels = ["beacon" if source == "drand" else str(source) for source in sources if source]
        return max(levels, key=LEVELS.index, default=None)


HANDLERS: dict[str, Callable[[Journal, int, Record], None]] = {
    "campaign.published": Journal.published,
    "campaign.amended": Journal.amended,
    "entry.accepted": Journal.accepted,
    **dict.fromkeys(_MOVES, Journal.moved),
    "campaign.closed": Journal.closed,
    "draw.postponed": Journal.postponed,
    "pool.frozen": Journal.frozen,
    "draw.completed": Journal.completed,
    **dict.fromkeys(_AFTER, Journal.award),
    "campaign.settled": Journal.settled,
    "minutes.issued": Journal.issued,
    "minutes.annulled": Journal.annulled,
}

# ------------------------------------------------------------------ receipts, policies, cosignatures (bundle §5, C2SP)


class Receipt(NamedTuple):
    """A tlog-proof: the record, its place, the hashes from it to the root, the signed checkpoint."""

    extra: bytes
    place: int
    path: list[bytes]
    note: bytes


def parse_receipt(data: bytes, where: str) -> Receipt:
    """Read a receipt that bears its record (journal §6)."""
    head, blank, note = data.partition(b"\n\n")
    first, extra, index, *path = [*head.decode("utf-8", "replace").split("\n"), "", ""]
    match = re.fullmatch("index (0|[1-9][0-9]{0,15})", index)
    if not blank or first != "c2sp.org/tlog-proof@v1" or not extra.startswith("extra ") or not match or len(path) > 65:
        raise RefusedError("proof", where, data)
    hashes = [_base64(line) for line in path[:-2]]
    if any(len(line) != 32 for line in hashes):
        raise RefusedError("proof", where, data)
    return Receipt(_base64(extra[6:]), int(match[1]), hashes, note)


def included_root(receipt: Receipt, size: int) -> str | None:
    """Give the root that the record's place and path lead to (RFC 9162 §2.1.3.2); None where they lead to none."""
    place, last, node = receipt.place, size - 1, hashlib.sha256(b"\0" + receipt.extra).digest()
    if place > last:
        return None
    for other in receipt.path:
        if not last:
            return None
        if place & 1 or place == last:
            node = hashlib.sha256(b"\1" + other + node).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + other).digest()
        place, last = place >> 1, last >> 1
    return None if last else node.hex()


def cosigned_at(note: bytes, witness: Key) -> list[int]:
    """Give the times of the witness's cosignatures that hold (C2SP tlog-cosignature); the note was read before."""
    body, _, signatures = note.decode("utf-8", "replace").rpartition("\n\n")
    times = []
    for line in signatures.split("\n"):
        match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
        blob = _base64(match[2]) if match and match[1] == witness.name else b""
        time = int.from_bytes(blob[4:12], "big")
        ours = len(blob) == 76 and time < 2**63 and blob[:4] == witness.number
        if ours and ed25519_holds(witness.public, blob[12:], f"cosignature/v1\ntime {time}\n{body}\n".encode()):
            times.append(time)
    return times


class Policy:
    """A C2SP tlog-policy: logs, witnesses, groups, the quorum."""

    def __init__(self, text: str) -> None:
        lines = text[:-1].split("\n") if text.endswith("\n") else text.split("\n")
        if len(text) > 8192 or len(lines) > 200 or re.search("[\0-\b\v-\x1f\x7f]", text):
            raise RefusedError("policy_text", text)
        self.logs: list[Key] = []
        self.witnesses: dict[str, Key] = {}
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.members: set[str] = set()
        quorums = []
        for place, line in enumerate(text.split("\n"), 1):
            verb, *items = line.strip(" \t").replace("\t", " ").split(" ")
            items = [item for item in items if item]
            if verb == "quorum" and len(items) == 1 and (items[0] == "none" or self._is_defined(items[0])):
                quorums += items
            elif verb and verb[0] != "#" and not self._take(verb, items):
                raise RefusedError("policy_line", place, line)
        if len(quorums) != 1:
            raise RefusedError("policy_quorum", len(quorums))
        self.quorum = quorums[0]

    def _is_defined(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups

    def _take(self, verb: str, items: list[str]) -> bool:
        """Take one line that defines something; False where it is not as specified."""
        if verb == "log" and 1 <= len(items) <= 2:
            key = parse_vkey(items[0].encode() + b"\n", "log")
            self.logs.append(key)
            return key.public not in [other.public for other in self.logs[:-1]]
        new = len(items) > 1 and items[0] != "none" and not self._is_defined(items[0])
        if verb == "witness" and new and len(items) <= 3:
            key = parse_vkey(items[1].encode() + b"\n", "witness", WITNESS)
            known = [other.public for other in self.witnesses.values()]
            self.witnesses[items[0]] = key
            return key.public not in known
        return verb == "group" and new and self._group(*items)

    def _group(self, name: str, threshold: str, *members: str) -> bool:
        wanted = {"any": "1", "all": str(len(members))}.get(threshold, threshold)
        free = all(self._is_defined(member) and member not in self.members for member in members)
        if not free or len(set(members)) != len(members) or not re.fullmatch("[1-9][0-9]{0,4}", wanted):
            return False
        self.groups[name] = int(wanted), list(members)
        self.members |= set(members)
        return int(wanted) <= len(members)

    def is_met(self, counted: Iterable[str]) -> bool:
        """Tell whether these witnesses are the quorum."""
        met = set(counted)
        for name, (wanted, members) in self.groups.items():  # a group stands after its members
            if len(met.intersection(members)) >= wanted:
                met.add(name)
        return self.quorum == "none" or self.quorum in met


# -------------------------------------------------------------------- time stamps (bundle §5, RFC 3161, RFC 5652, X.690)

_SEQUENCE, _SET, _OID, _INTEGER, _OCTETS, _TIME, _BITS, _BOOLEAN = 0x30, 0x31, 6, 2, 4, 0x18, 3, 1
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_CERTIFICATE, _CERTIFICATE_2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
_SHA256, _ED25519 = "2.16.840.1.101.3.4.2.1", "1.3.101.112"
_HASHES = {_SHA256: "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512"}
_RSA = {f"1.2.840.113549.1.1.{n}": name for n, name in ((1, ""), (11, "sha256"), (12, "sha384"), (13, "sha512"))}
_ECDSA = {f"1.2.840.10045.4.3.{n}": name for n, name in ((2, "sha256"), (3, "sha384"), (4, "sha512"))}
LARGEST_STAMP, MOST_CERTIFICATES, MOST_VALUES, MOST_SIGNATURES = 256 << 10, 16, 256, 1000
MOST_STAMPS = 1000


class UnknownAlgorithmError(RefusedError):
    """A signature is made in a way that this program does not know; this tells nothing against it."""


class Der(NamedTuple):
    """One DER value: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes


def read_der(data: bytes) -> list[Der]:
    """Read DER values that stand one after another. What is inside them is read only where it is needed."""
    found: list[Der] = []
    at = 0
    while at < len(data):
        head = data[at : at + 6]
        length, start = head[1] if len(head) > 1 else 128, 2
        if length > 127:
            start = 2 + (length & 127)
            length = int.from_bytes(head[2:start], "big")
            if not 2 < start <= len(head) or length < 128 or not head[2]:
                raise RefusedError("der_length")
        if head[0] & 31 == 31 or at + start + length > len(data) or len(found) == MOST_VALUES:
            raise RefusedError("der_length")
        whole = data[at : at + start + length]
        found.append(Der(head[0], whole[start:], whole))
        at += len(whole)
    return found


class Fields:
    """The values inside a DER value, taken in their order."""

    def __init__(self, content: bytes) -> None:
        self.left = read_der(content)

    def maybe(self, tag: int) -> Der | None:
        """Take the next value where it has this tag."""
        return self.left.pop(0) if self.left and self.left[0].tag == tag else None

    def take(self, tag: int, *, last: bool = False) -> Der:
        """Take the next value, which has this tag; with `last` it is the last one."""
        value = self.maybe(tag)
        if value is None:
            raise RefusedError("der", f"{tag:02x}", f"{self.left[0].tag:02x}" if self.left else "—")
        if last:
            self.end()
        return value

    def inside(self, tag: int) -> Fields:
        """Go into the next value."""
        return Fields(self.take(tag).content)

    def only(self, tag: int) -> Fields:
        """Go into the last value."""
        return Fields(self.take(tag, last=True).content)

    def end(self, *tags: int) -> None:
        """Pass over values that need not be there, in this order; nothing else may be left."""
        for tag in tags:
            self.maybe(tag)
        if self.left:
            raise RefusedError("der", "—", f"{self.left[0].tag:02x}")

    def oid(self) -> str:
        """Take an object identifier, written with dots."""
        content, arcs, value = self.take(_OID).content, [], 0
        if not 0 < len(content) <= 32 or content[-1] > 127:
            raise RefusedError("der_form", content.hex())
        for byte in content:
            if byte == 128 and not value:
                raise RefusedError("der_form", content.hex())
            value = value << 7 | byte & 127
            if byte < 128:
                arcs.append(value)
                value = 0
        first = min(arcs[0] // 40, 2)
        return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))

    def algorithm(self) -> str:
        """Take an algorithm; one that bears parameters is unknown here, and is named so."""
        inside = self.inside(_SEQUENCE)
        name, given = inside.oid(), [value.whole for value in inside.left]
        return name if given in ([], [b"\5\0"]) else f"{name} (…)"


def expect(name: str, expected: object, found: object, *values: object) -> None:
    """Refuse what is not what was expected."""
    if expected != found:
        raise RefusedError("compared", RefusedError(name, *values), expected, found)


class Signer(NamedTuple):
    """The one signer of a time stamp: who it is, what was signed and how, the hash of its certificate."""

    issued: tuple[bytes, bytes] | None  # issuer and serial number of its certificate
    identifier: bytes | None  # or its subject key identifier
    digest: str
    attributes: bytes
    algorithm: str
    signature: bytes
    certificate: tuple[str, bytes]  # hash algorithm, hash


class Token(NamedTuple):
    """A time stamp: the digest that it is of, its time, the certificates in it, what was signed, by whom (not yet read)."""

    imprint: str
    seconds: int
    certificates: list[bytes]
    hashes: list[str]
    content: bytes
    signer: Fields


def read_token(data: bytes) -> Token:
    """Read a TimeStampResp; Raises RefusedError where it was not granted or is not as specified."""
    response = Fields(data).only(_SEQUENCE)
    status = response.inside(_SEQUENCE)
    expect("status", "00", status.take(_INTEGER).content.hex())
    status.end(_SEQUENCE, _BITS)
    info = response.only(_SEQUENCE)
    expect("type_of", _SIGNED_DATA, info.oid(), "ContentInfo")
    signed = info.only(0xA0).only(_SEQUENCE)
    version = signed.take(_INTEGER).content.hex()
    expect("version_of", "03", "03" if version in {"04", "05"} else version, "SignedData")
    hashes = signed.inside(_SET)
    contained = signed.inside(_SEQUENCE)
    expect("type_of", _TST_INFO, contained.oid(), "eContent")
    content = contained.only(0xA0).take(_OCTETS, last=True).content
    given = signed.maybe(0xA0)
    certificates = [value.whole for value in read_der(given.content) if value.tag == _SEQUENCE] if given else []
    if len(certificates) > MOST_CERTIFICATES:
        raise RefusedError("many", "CMS", MOST_CERTIFICATES)
    signed.maybe(0xA1)
    signers = signed.only(_SET)
    expect("signers", 1, len(signers.left))
    known = [hashes.algorithm() for _ in range(len(hashes.left))]
    return Token(*_read_info(Fields(content).only(_SEQUENCE)), certificates, known, content, signers.only(_SEQUENCE))


def _read_info(info: Fields) -> tuple[str, int]:
    """Give imprint and time of a TSTInfo."""
    expect("version_of", "01", info.take(_INTEGER).content.hex(), "TSTInfo")
    info.oid()
    imprint = info.inside(_SEQUENCE)
    expect("hash", _SHA256, imprint.algorithm())
    digest = imprint.take(_OCTETS, last=True).content
    info.take(_INTEGER)
    time = info.take(_TIME).content
    match = re.fullmatch(rb"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(\.[0-9]*[1-9])?Z", time)
    year, *rest = (part.decode() for part in match.groups(b"")) if match else ("", *[""] * 6)
    seconds = instant(f"{year}-{rest[0]}-{rest[1]}T{rest[2]}:{rest[3]}:{rest[4]}Z")
    if seconds is None:
        raise RefusedError("der_form", time)
    info.end(_SEQUENCE, _BOOLEAN, _INTEGER, 0xA0, 0xA1)
    return digest.hex(), seconds


def read_signer(token: Token) -> Signer:
    """Read the SignerInfo, and judge its signed attributes by the content (RFC 5652 §5.4 and §11)."""
    info = token.signer
    version, identifier = info.take(_INTEGER).content.hex(), info.maybe(0x80)
    expect("version_of", "03" if identifier else "01", version, "SignerInfo")
    issued = None
    if identifier is None:
        sid = info.inside(_SEQUENCE)
        issued = sid.take(_SEQUENCE).whole, sid.take(_INTEGER, last=True).content
    digest, signed = info.algorithm(), info.take(0xA0)
    expect("hash", digest, digest if digest in token.hashes else ", ".join(token.hashes))
    attributes = _read_attributes(signed.content)
    expect("attribute", _TST_INFO, attributes[_CONTENT_TYPE].oid(), _CONTENT_TYPE)
    if digest not in _HASHES:
        raise UnknownAlgorithmError("algorithm", "messageDigest", digest)
    found = attributes[_MESSAGE_DIGEST].take(_OCTETS, last=True).content
    expect("attribute", hashlib.new(_HASHES[digest], token.content).hexdigest(), found.hex(), _MESSAGE_DIGEST)
    algorithm, signature = info.algorithm(), info.take(_OCTETS).content
    info.end(0xA1)
    hashed = bytes([_SET]) + signed.whole[1:]
    certificate = _read_certificate_hash(attributes)
    return Signer(issued, identifier and identifier.content, digest, hashed, algorithm, signature, certificate)


def _read_attributes(content: bytes) -> dict[str, Fields]:
    """Give the one value of each signed attribute; the three that RFC 3161 wants are there."""
    found: dict[str, Fields] = {}
    for value in read_der(content):
        attribute = Fields(value.content) if value.tag == _SEQUENCE else Fields(b"")
        name, values = attribute.oid(), attribute.only(_SET)
        expect("attribute", 1, 2 if name in found else len(values.left), name)
        found[name] = values
    for name in (_CONTENT_TYPE, _MESSAGE_DIGEST):
        expect("attribute", 1, int(name in found), name)
    return found


def _read_certificate_hash(attributes: dict[str, Fields]) -> tuple[str, bytes]:
    """Give the hash of the signer's certificate, which it signed (RFC 3161 §2.4.2, RFC 5035 §3)."""
    name = _CERTIFICATE_2 if _CERTIFICATE_2 in attributes else _CERTIFICATE
    expect("attribute", 1, int(name in attributes), name)
    first = attributes[name].only(_SEQUENCE).inside(_SEQUENCE).inside(_SEQUENCE)
    if name == _CERTIFICATE:
        return "sha1", first.take(_OCTETS).content
    algorithm = first.algorithm() if first.left and first.left[0].tag == _SEQUENCE else _SHA256
    if algorithm not in _HASHES:
        raise UnknownAlgorithmError("algorithm", "ESSCertIDv2", algorithm)
    return _HASHES[algorithm], first.take(_OCTETS).content


# ----------------------------------------------------- signatures of time stamps, with the package cryptography (RFC 5280)


@functools.lru_cache(maxsize=1)
def has_cryptography() -> bool:
    """Tell whether the package cryptography is there, and young enough."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from cryptography import x509
        return hasattr(x509.Certificate, "not_valid_before_utc")
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (a damaged installation raises PanicException, which is no Exception)
        return False


def stamped_by(token: Token, signed: Signer, roots: bytes, where: str) -> tuple[str, str]:
    """Check a time stamp's signature and chain; give its signer's name and the root's SHA-256; Raises RefusedError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _stamped_by(token, signed, roots, where)
    except (RefusedError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 (what is hostile may raise anything there, PanicException too)
        raise RefusedError("unreadable", type(error).__name__, error) from None


def _stamped_by(token: Token, signed: Signer, roots: bytes, where: str) -> tuple[str, str]:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    anchors = x509.load_pem_x509_certificates(roots)
    if len(anchors) > MOST_CERTIFICATES:
        raise RefusedError("many", where, MOST_CERTIFICATES)
    given = [x509.load_der_x509_certificate(certificate) for certificate in token.certificates]
    signer = next((c for c in given + anchors if _is_signer(c, signed)), None)
    if signer is None:
        raise RefusedError("no_signer")
    name, moment = signer.subject.rfc4514_string() or "—", _EPOCH + timedelta(seconds=token.seconds)
    if not _signature_holds(signer, signed):
        raise RefusedError("stamp_false", name)
    if not _stamps_alone(signer):
        raise RefusedError("usage", name)
    if not _unhindered(signer, "digital_signature", "content_commitment"):
        raise RefusedError("usage_other", name)
    if not _valid(signer, moment):
        span = [signer.not_valid_before_utc, signer.not_valid_after_utc]
        raise RefusedError("expired", name, *span, when(token.seconds))
    root = _root_of(signer, given, anchors, moment)
    if root is None:
        raise RefusedError("no_chain", name, when(token.seconds), where)
    return name, root.fingerprint(SHA256()).hex()


def _is_signer(certificate: Certificate, signer: Signer) -> bool:
    """Tell whether a certificate is the one that a SignerInfo names."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import SubjectKeyIdentifier

    algorithm, digest = signer.certificate
    whole = certificate.public_bytes(Encoding.DER)
    if hashlib.new(algorithm, whole, usedforsecurity=False).digest() != digest:
        return False
    if signer.issued is None:
        extension = _extension(certificate, SubjectKeyIdentifier)
        return extension is not None and bool(extension.value.digest == signer.identifier)
    body = Fields(whole).only(_SEQUENCE).inside(_SEQUENCE)
    body.maybe(0xA0)
    serial, _, issuer = body.take(_INTEGER).content, body.take(_SEQUENCE), body.take(_SEQUENCE).whole
    return signer.issued == (issuer, serial)


def _signature_holds(certificate: Certificate, signer: Signer) -> bool:
    """Tell whether the signature over the signed attributes is that of the certificate's key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    key, algorithm = certificate.public_key(), signer.algorithm
    classes = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
    name = _RSA.get(algorithm) or _ECDSA.get(algorithm) or _HASHES[signer.digest]
    try:
        if algorithm in _RSA and isinstance(key, rsa.RSAPublicKey):
            key.verify(signer.signature, signer.attributes, padding.PKCS1v15(), classes[name])
        elif algorithm in _ECDSA and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signer.signature, signer.attributes, ec.ECDSA(classes[name]))
        elif algorithm == _ED25519 and isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signer.signature, signer.attributes)
        elif algorithm in _RSA or algorithm in _ECDSA or algorithm == _ED25519:
            return False
        else:
            raise UnknownAlgorithmError("algorithm", "signature", algorithm)
    except InvalidSignature:
        return False
    return True


def _extension(certificate: Certificate, kind: Any) -> Any:  # noqa: ANN401 (each kind of extension has its own type)
    """Give one extension, or None."""
    return next((e for e in certificate.extensions if isinstance(e.value, kind)), None)


def _stamps_alone(certificate: Certificate) -> bool:
    """Tell whether the extended key usage is critical, and time stamping alone (RFC 3161 §2.3)."""
    from cryptography.x509 import ExtendedKeyUsage
    from cryptography.x509.oid import ExtendedKeyUsageOID

    usage = _extension(certificate, ExtendedKeyUsage)
    return usage is not None and usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def _unhindered(certificate: Certificate, *purposes: str) -> bool:
    """Tell whether its key usage, if it says any, allows a purpose, and no critical extension is unknown here."""
    from cryptography import x509

    known = (x509.KeyUsage, x509.ExtendedKeyUsage, x509.BasicConstraints, x509.CertificatePolicies)
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not any(getattr(usage.value, purpose) for purpose in purposes):
        return False
    return all(isinstance(e.value, known) for e in certificate.extensions if e.critical)


def _valid(certificate: Certificate, moment: datetime) -> bool:
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def _root_of(
    signer: Certificate, between: list[Certificate], roots: list[Certificate], moment: datetime
) -> Certificate | None:
    """Give the root that ends a shortest chain from the signer; None where there is no chain."""
    if signer in roots:
        return signer
    seen, ring, below = [signer], [signer], 0
    while ring:
        step = []
        for certificate in ring:
            for issuer in [c for c in roots + between if c not in seen]:
                if _issued(certificate, issuer, below, moment):
                    if issuer in roots:
                        return issuer
                    seen.append(issuer)
                    step.append(issuer)
        ring, below = step, below + 1
    return None


def _issued(certificate: Certificate, issuer: Certificate, below: int, moment: datetime) -> bool:
    """Tell whether a certificate was issued by another, an authority with at most so many others below it."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.x509.oid import ExtendedKeyUsageOID

    limits, usage = _extension(issuer, x509.BasicConstraints), _extension(issuer, x509.ExtendedKeyUsage)
    if certificate.issuer != issuer.subject or limits is None or not limits.value.ca or not _valid(issuer, moment):
        return False
    if limits.value.path_length is not None and limits.value.path_length < below:
        return False
    purposes = {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if not _unhindered(issuer, "key_cert_sign") or (usage is not None and purposes.isdisjoint(usage.value)):
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


# ------------------------------------------------------------------------------------------ the fifteen steps (bundle §4)


class Identity(NamedTuple):
    """One line of the legal file, with the commitment that its key and identity give."""

    where: str
    entrant: str
    entry: str
    commitment: str
    rank: int
    prize: str


class Case:
    """One bundle under examination."""

    def __init__(self, archive: Archive, report: Report, identities: Path | None) -> None:
        self.archive, self.report, self.identities = archive, report, identities
        self.digests = archive.digests()
        self.key: Key | None = None
        self.legal: list[Identity] = []
        self.journal = Journal(report, self.read_ranking)
        self.head: tuple[int, str] | None = None  # size and root of the freeze checkpoint
        self.top: list[tuple[bytes, bytes]] | None = None  # number and entrant, by rank

    def file(self, name: str) -> str:
        """Give the full name of a file of the draw."""
        return f"draws/{self.journal.freeze.get('draw', '?')}/{name}"

    def read_json(self, name: str, shape: str) -> Record:
        """Read a canonical JSON object; Raises RefusedError."""
        data = self.archive.read(name, 16 * MIB)
        value, exact = parse(data, name)
        if exact != data or not isinstance(value, dict):
            raise RefusedError("not_canonical", name, shape)
        return value

    def read_checkpoint(self, name: str) -> Checkpoint:
        """Read a checkpoint that the journal's key signed; Raises RefusedError."""
        if self.key is None:
            raise RefusedError("where", name, RefusedError("no_key"))
        try:
            return parse_checkpoint(self.archive.read(name), self.key)
        except RefusedError as error:
            raise error if error.name == "absent" else RefusedError("where", name, error) from None

    def read_ranking(self, draw: str) -> Ranking | None:
        """Read `ranking.csv`; only its heading is judged here (step 11)."""
        name, rows, count = f"draws/{draw}/ranking.csv", [], 0
        if name not in self.digests:
            return None
        for place, (line, whole) in enumerate(lines(self.archive.stream(name), 300)):
            if place == 0:
                self.report.compare(11, "line", b"rank,number,entrant,prize", line, name, 1)
            elif place <= MOST_ROWS:
                parts = line.decode("utf-8", "replace").split(",") if whole else []
                rows.append(Row(*parts) if len(parts) == 4 else Row(show(line), "", "", "?"))
            count = place
        return Ranking(name, rows, count)


def step_1(case: Case) -> None:
    """Step 1: every file of the manifest is there with its digest, and no other."""
    report, found = case.report, {name: digest for name, digest in case.digests.items() if name != "manifest.json"}
    listed = case.read_json("manifest.json", "{name: SHA-256}")
    for name in sorted(found.keys() | listed.keys()):
        if name not in listed or name not in found:
            report.fail(1, "missing_file" if name in listed else "extra_file", name)
        else:
            report.compare(1, "digest", listed[name], found[name], name)
    report.passed(1, "files_ok", len(found))


def read_all(case: Case) -> None:
    """Step 2, first half: read the key, the legal file, then every record, each judged on its way."""
    try:
        case.key = parse_vkey(case.archive.read("journal/vkey"))
    except RefusedError as error:
        case.report.refuse(2, error)
    if case.identities is not None:
        try:
            case.legal = read_legal(case.report, case.identities)
        except RefusedError as error:
            case.report.refuse(15, error)
    case.journal.wanted = {line.entry for line in case.legal}
    case.journal.read(lines(case.archive.stream("journal/records.jsonl")))


def step_2(case: Case) -> None:
    """Step 2, second half: the records give the root that the key signed."""
    report, journal, name = case.report, case.journal, "journal/checkpoint"
    head = case.read_checkpoint(name)
    report.compare(2, "head_size", head.size, journal.tree.size, name)
    report.compare(2, "head_root", head.root, journal.tree.root(), name)
    report.compare(2, "head_origin", case.key.name if case.key else "", head.origin, name)
    if not journal.campaign or not head.origin.endswith(f"/journal/{journal.campaign}"):
        report.differ(2, "head_origin", f"…/journal/{journal.campaign}", head.origin, name)
    report.passed(2, "journal_ok", journal.tree.size, head.origin)


def step_3(case: Case) -> None:
    """Step 3: the freeze checkpoint is signed, and its last leaf is `pool.frozen`."""
    report, journal, name = case.report, case.journal, case.file("checkpoint")
    head = case.read_checkpoint(name)
    case.head = (head.size, head.root)
    report.compare(3, "head_origin", case.key.name if case.key else "", head.origin, name)
    report.compare(3, "head_size", journal.freeze_size, head.size, name)
    report.compare(3, "head_root", journal.freeze_root, head.root, name)
    report.passed(3, "freeze_ok", journal.freeze_size, journal.freeze_root)


def step_4(case: Case) -> None:
    """Step 4: the rules texts are those that the journal announces (each record was judged on its way)."""
    report, papers = case.report, case.journal.papers
    for name, digest in papers.items():
        report.compare(4, "digest", digest, case.digests.get(name, "—"), name)
    for name in case.digests:
        if name.startswith("papers/") and name not in papers:
            report.fail(4, "unannounced", name)
    if not papers:
        report.fail(4, "no_papers")
    report.passed(4, "papers_ok", len(papers))


def step_5(case: Case) -> None:
    """Step 5: every record stands where it may, in time (each record was judged on its way)."""
    report, terms = case.report, case.journal.terms
    if terms is None:
        report.differ(5, "first", "campaign.published", "—")
    elif terms.opens is None or terms.closes is None:
        unreadable_times(report, 5, terms)
    report.passed(5, "stages_ok", report.say(f"at_{case.journal.stage}"))


def unreadable_times(report: Report, step: int, terms: Terms) -> None:
    """Tell that an instant of the definition cannot be read: for want of time zones, or because it is none."""
    noon = "2020-01-01T12:00"
    if local_instant(noon, terms.zone) is None and local_instant(noon, "Europe/Paris") is None:
        report.skip(step, "no_zones")
    else:
        report.fail(step, "no_times")


def step_6(case: Case) -> None:
    """Step 6: accepted − withdrawn − excluded + reinstated = pool."""
    report, journal = case.report, case.journal
    counts = [journal.counts["entry." + kind] for kind in ("accepted", "withdrawn", "excluded", "reinstated")]
    entries, entrants, tickets = journal.folded
    report.compare(6, "entries", counts[0] - counts[1] - counts[2] + counts[3], entries)
    report.compare(6, "entrants", entrants, journal.freeze["entrants"])
    report.compare(6, "tickets", tickets, journal.freeze["tickets"])
    report.passed(6, "count_ok", *counts, entries, entrants, tickets)


def number_of(seed: bytes, entrant: bytes, tickets: int) -> bytes:
    """Give an entrant's number, the smallest hash of its tickets (draw §5); `seed` ends with LF."""
    head = seed + entrant + b"\n"
    if tickets == 1:
        return hashlib.sha256(head + b"1\n").digest()
    return min(hashlib.sha256(head + b"%d\n" % ticket).digest() for ticket in range(1, tickets + 1))


def read_pool(case: Case, name: str, seen: Counter[str]) -> Iterator[tuple[bytes, int]]:
    """Give the lines of `pool.csv`, each judged on its way (step 7, draw §2)."""
    report, fold, before = case.report, case.journal.fold, b""
    for place, (line, whole) in enumerate(lines(case.archive.stream(name), 100), 1):
        match = POOL_LINE.fullmatch(line)
        if place == 1:
            report.compare(7, "line", b"entrant,tickets", line, name, place)
        elif match is None or not whole:
            report.differ(7, "line", "<32 hex>,<1…1000> LF", line, name, place)
        if match is None:
            continue
        entrant, tickets = match[1], int(match[2])
        if entrant <= before:
            report.differ(7, "order", b"> " + before, entrant, name, place)
        before = entrant
        seen["entrants"] += 1
        seen["tickets"] += tickets
        report.compare(7, "folded", fold.pop(bytes.fromhex(entrant.decode()), 0), tickets, entrant)
        if seen["tickets"] > MOST_TICKETS:
            report.differ(7, "tickets", f"≤ {MOST_TICKETS}", f"≥ {seen['tickets']}")
            return
        yield entrant, tickets


def step_7(case: Case) -> None:
    """Step 7: the pool is as specified and as folded. The numbers of step 11 are computed on the way."""
    report, journal, name = case.report, case.journal, case.file("pool.csv")
    if name not in case.digests:
        raise RefusedError("absent", name)
    seen: Counter[str] = Counter()
    pool = read_pool(case, name, seen)
    if journal.ranking is not None:
        seed = journal.draw["seed"].encode() + b"\n"
        numbers = ((number_of(seed, entrant, tickets), entrant) for entrant, tickets in pool)
        case.top = heapq.nsmallest(len(journal.ranking.rows), numbers)
    for _ in pool:
        pass
    if journal.fold:
        report.fail(7, "unlisted", len(journal.fold), next(iter(journal.fold)).hex())
    if not seen["entrants"]:
        report.fail(7, "empty")
    report.compare(7, "digest", journal.freeze["pool"], case.digests[name], name)
    report.compare(7, "entrants", journal.freeze["entrants"], seen["entrants"])
    report.compare(7, "tickets", journal.freeze["tickets"], seen["tickets"])
    report.passed(7, "pool_ok", seen["entrants"], seen["tickets"])


def read_round(case: Case) -> Record:
    """Read `round.json`; Raises RefusedError."""
    name, shape = case.file("round.json"), '{"chain","round","signature"}'
    value = case.read_json(name, shape)
    if value.keys() != {"chain", "round", "signature"}:
        raise RefusedError("not_canonical", name, shape)
    return value


def step_8(case: Case) -> None:
    """Step 8: the instant in force gives the round; the list was frozen before the notice (draw §3)."""
    report, journal, terms = case.report, case.journal, case.journal.terms
    if terms is None or journal.draws_at is None or terms.notice is None:
        return unreadable_times(report, 8, terms) if terms else report.differ(8, "first", "campaign.published", "—")
    draws_at, announced = journal.draws_at, journal.source.get("source")
    expected = round_at(draws_at) if announced == "drand" else 0
    report.compare(8, "round", expected, journal.freeze.get("round", 0), "pool.frozen")
    if journal.draw and journal.draw["source"]["source"] == "drand":
        report.compare(8, "round", expected, journal.draw["source"]["round"], "draw.completed")
        with contextlib.suppress(RefusedError):  # told at step 9
            report.compare(8, "round", expected, read_round(case)["round"], "round.json")
    for sentence, due, at in (
        ("closed_at", terms.closes, journal.closed_at),
        ("frozen_at", terms.freezes, journal.freeze["at"]),
    ):
        if due is not None and at and (instant(at) or 0) < due:
            report.differ(8, sentence, f"≥ {when(due)}", at)
    if announced == "rehearsal":
        return report.skip(8, "no_round")
    frozen, latest = instant(journal.freeze["at"]) or 0, draws_at - terms.notice
    if frozen > latest:
        report.differ(8, "frozen_at", f"≤ {when(latest)}", journal.freeze["at"])
    elif journal.postponements and frozen <= latest - DAY:
        report.differ(8, "too_far", f"≤ {when(draws_at - DAY)}", when(draws_at))
    due = known_at(expected) if expected else draws_at
    if journal.draw and (instant(journal.draw["at"]) or 0) < due:
        report.differ(8, "drawn_at", f"≥ {when(due)}", journal.draw["at"])
    if journal.late:
        report.passed(8, "time_late", journal.late)
    return report.passed(8, "time_ok", journal.freeze["at"], when(draws_at), expected or "—")


def step_9(case: Case) -> None:
    """Step 9: the source is the announced one; the beacon's parameters and its signature hold."""
    report, journal, terms = case.report, case.journal, case.journal.terms
    announced = journal.source.get("source", "—")
    report.compare(9, "announced", announced, (terms.source if terms else None) or announced, "definition")
    for key, value in QUICKNET.items() if announced == "drand" else ():
        report.compare(9, "parameter", value, journal.source[key], key)
    if not journal.draw:
        return report.skip(9, "no_draw")
    source = journal.draw["source"]
    report.compare(9, "announced", announced, source["source"], "draw.completed")
    if source["source"] != "drand":
        return report.skip(9, "no_beacon", report.say(source["source"]))
    report.compare(9, "chain", QUICKNET["chain"], source["chain"])
    well_formed = re.fullmatch("[0-9a-f]{96}", source["signature"]) is not None
    holds = beacon_holds(source["round"], source["signature"]) if well_formed else False
    if holds is None:
        report.skip(9, "no_py_ecc")
    elif not holds:
        report.fail(9, "beacon_false", source["round"], source["signature"])
    copy = read_round(case)
    for key in ("chain", "signature"):
        report.compare(9, "round_json", source[key], copy[key], key)
    return report.passed(9, "beacon_ok", source["round"])


def seed_of(journal: Journal, definition: str, head: tuple[int, str]) -> str:
    """Compute the seed (draw §4)."""
    freeze, source = journal.freeze, journal.draw["source"]
    name, chance = source["source"], [source.get("text")]
    if name == "drand":
        chance = [source["chain"], source["round"], source["signature"]]
    elif name == "ceremony":
        chance = [hashlib.sha256(source["text"].encode()).hexdigest()]
    fields = ["contests/rehearsal/v1" if name == "rehearsal" else "contests/seed/v1", journal.campaign, freeze["draw"]]
    fields += [definition, freeze["pool"], freeze["entrants"], freeze["tickets"]]
    fields += [*head, name, *chance]
    return hashlib.sha256("".join(f"{value}\n" for value in fields).encode()).hexdigest()


def names_hold(names: list[Any], text: str) -> bool:
    """Tell whether a ceremony's text has the announced names, in order, each with a value (draw §4)."""
    head, *values = text.split("\n")
    pairs = itertools.zip_longest(names, values[:-1], fillvalue="")
    named = all(SOME(name) and value.startswith(f"{name}=") and len(value) > len(name) + 1 for name, value in pairs)
    return head == "ceremony" and values[-1:] == [""] and bool(names) and named


def step_10(case: Case) -> None:
    """Step 10: the seed is that of draw §4; a ceremony's text has the announced names."""
    report, journal, terms = case.report, case.journal, case.journal.terms
    if not journal.freeze or terms is None:
        return report.fail(10, "unfrozen")
    source, name = journal.draw["source"], case.file("source.txt")
    text = source.get("text", "")
    if source["source"] == "rehearsal" and "\n" in text:
        report.differ(10, "text", "LF: 0", text)
    if source["source"] == "ceremony" and not names_hold(terms.values, text):
        expected = " ".join(["ceremony", *(f"{value}=…" for value in terms.values)])
        report.differ(10, "text", expected, text.replace("\n", " "))
    found, heads = journal.draw["seed"], [(journal.freeze_size, journal.freeze_root), case.head]
    seeds = [seed_of(journal, terms.digest, head) for head in heads if head]  # where they differ, step 3 has failed
    report.compare(10, "seed", found if found in seeds else seeds[0], found)
    if source["source"] != "drand":
        report.compare(10, "file", text.encode(), case.archive.read(name), name)
    return report.passed(10, "seed_ok", found)


def step_11(case: Case) -> None:
    """Step 11: numbers and order are those of draw §5."""
    report, ranking, top = case.report, case.journal.ranking, case.top
    if ranking is None:
        raise RefusedError("absent", case.file("ranking.csv"))
    if top is None:
        return report.skip(11, "no_pool")
    for rank, row in enumerate(ranking.rows, 1):
        number, entrant = top[rank - 1] if rank <= len(top) else (b"", b"")
        report.compare(11, "rank", f"{rank},{number.hex()},{entrant.decode()}", ",".join(row[:3]), rank)
    if ranking.length > len(ranking.rows):
        report.skip(11, "too_many", len(ranking.rows))
    return report.passed(11, "ranking_ok", len(ranking.rows))


def step_12(case: Case) -> None:
    """Step 12: prizes in the order declared, then alternates; counts and digest as recorded (draw §6)."""
    report, journal, terms, ranking = case.report, case.journal, case.journal.terms, case.journal.ranking
    if ranking is None:
        raise RefusedError("absent", case.file("ranking.csv"))
    if terms is None or terms.prizes is None or terms.alternates is None:
        return report.fail(12, "no_prizes")
    winners = min(journal.freeze["entrants"], terms.unit_count)
    alternates = min(journal.freeze["entrants"] - winners, terms.alternates)
    units = itertools.chain(itertools.islice(terms.units(), winners), itertools.repeat(""))
    for rank, (row, unit) in enumerate(zip(ranking.rows, units), 1):  # noqa: B905 (the second one has no end)
        report.compare(12, "prize", unit, row.prize, rank)
    report.compare(12, "rows", winners + alternates, ranking.length)
    report.compare(12, "winners", winners, journal.draw["winners"])
    report.compare(12, "alternates", alternates, journal.draw["alternates"])
    report.compare(12, "digest", journal.draw["ranking"], case.digests[ranking.name], ranking.name)
    return report.passed(12, "prizes_ok", winners, alternates)


def step_13(case: Case) -> None:
    """Step 13: what came after the draw (each record was judged on its way)."""
    report, journal = case.report, case.journal
    for name in case.digests:
        if name.startswith("draws/") and not name.startswith(case.file("")):
            report.fail(13, "stray_draw", name)
    if not journal.draw or journal.awards is None:
        report.skip(13, "no_ranking" if journal.draw else "no_draw")
    elif not journal.awards.seen:
        report.skip(13, "nothing_after")
    else:
        report.passed(13, "after_ok", journal.awards.seen)


def step_14(case: Case) -> None:
    """Step 14: time stamps and cosignatures (bundle §5)."""
    report, journal, folder = case.report, case.journal, case.file("stamps/")
    policy = read_policy(case)
    if not journal.freeze:
        return report.skip(14, "no_freeze")
    found = {name for name in case.digests if name.startswith(folder)}
    public = folder + "public.json"
    if not found - {public}:
        report.skip(14, "no_stamps")
    if public in found:
        try:
            report.passed(14, *read_public(case, public))
        except RefusedError as error:
            report.refuse(14, error)
    try:
        index = read_index(case, folder + "index.json") if folder + "index.json" in found else []
    except RefusedError as error:
        report.refuse(14, error)
        found = {
            name for name in found if not re.search(r"/(index\.json|[a-z0-9-]+\.tsr|authority-[0-9]+\.pem)\Z", name)
        }
        index = []
    check_cosignatures(case, folder, policy)  # who saw the list is told before a long list of stamps
    check_stamps(case, folder, index)
    names = {public, folder + "index.json", folder + "register.vkey", folder + "register.tlog-proof"}
    for stamp in index:
        names |= set() if stamp.missing else {folder + stamp.token, folder + stamp.roots}
    for stray in sorted(found - names):
        report.fail(14, "stray_stamp", stray)
    if 14 in report.skips:  # what holds is told all the same: the roots are for the reader to judge
        report.skips[14] += report.passes.get(14, [])
    return None


def read_public(case: Case, name: str) -> tuple[Any, ...]:
    """Read where the frozen list stands and since when, by the organiser's word; give what to tell of it."""
    data, journal = case.archive.read(name, LARGEST_STAMP), case.journal
    value, exact = parse(data, name)
    shape = '{"address": …/pool.csv, "served": ≥ pool.frozen}'
    if exact != data or not _object(address=_text("https?://[!-~]{1,500}"), served=_instant)(value):
        raise RefusedError("not_canonical", name, shape)
    address, served = value["address"], instant(value["served"]) or 0
    if not address.endswith("/" + case.file("pool.csv")) or served < (instant(journal.freeze["at"]) or 0):
        raise RefusedError("not_canonical", name, shape)
    known = journal.round_time
    if known is None:
        return "served", Said(address), value["served"]
    return "served_ago" if served < known else "served_late", Said(address), value["served"], when(known)


def read_policy(case: Case) -> Policy | None:
    """Read the policy in force; None where there is none, or where it is malformed, which is told."""
    text = case.journal.terms.witnesses if case.journal.terms else None
    if text is None or text == "":
        return None
    try:
        if not isinstance(text, str):
            raise RefusedError("policy_text", text)
        return Policy(text)
    except RefusedError as error:
        case.report.fail(14, "policy", error)
        return None


class Stamp(NamedTuple):
    """One object of `index.json`: what was stamped, by which authority, or why not."""

    what: str
    authority: int
    url: str
    missing: str

    @property
    def token(self) -> str:
        """Give the name of the time stamp."""
        return f"{self.what}-{self.authority}.tsr"

    @property
    def roots(self) -> str:
        """Give the name of the authority's root certificates."""
        return f"authority-{self.authority}.pem"


_WHAT = _text(r"freeze|result|(?:rules|minutes)-[1-9][0-9]{0,3}-(?:fr|en)")
STAMP: dict[str, Check] = {"authority": _number(1), "url": ANY, "what": _WHAT}


def read_index(case: Case, name: str) -> list[Stamp]:
    """Read `index.json`, each object judged on its way; Raises RefusedError where it is no list of objects."""
    data, report = case.archive.read(name), case.report
    value, exact = parse(data, name)
    if exact != data or not isinstance(value, list):
        raise RefusedError("not_canonical", name, '[{"authority","url","what"}, …]')
    if len(value) > MOST_STAMPS:
        raise RefusedError("many", name, MOST_STAMPS)
    found: dict[tuple[str, int], Stamp] = {}
    for place, item in enumerate(value, 1):
        if not _object(**STAMP)(item) and not _object(**STAMP, missing=SOME)(item):
            report.fail(14, "index", name, place, item)
            continue
        stamp = Stamp(item["what"], item["authority"], item["url"], item.get("missing", ""))
        if (stamp.what, stamp.authority) in found:
            report.fail(14, "index_twice", name, f"{stamp.what}-{stamp.authority}")
        found.setdefault((stamp.what, stamp.authority), stamp)
    return list(found.values())


def check_stamps(case: Case, folder: str, index: list[Stamp]) -> None:
    """Judge each time stamp."""
    report = case.report
    for stamp in index:
        try:
            if stamp.missing:
                report.skip(14, "stamp_missing", stamp.token, stamp.missing)
            else:
                check_stamp(case, folder, stamp)
        except UnknownAlgorithmError as error:
            report.skip(14, "where", stamp.token, error)
        except RefusedError as error:
            report.fail(14, "where", stamp.token, error)


def check_stamp(case: Case, folder: str, stamp: Stamp) -> None:
    """Judge one time stamp; Raises RefusedError where it does not hold."""
    report, (head, _, rest) = case.report, stamp.what.partition("-")
    papers = {"rules": f"papers/rules-{rest}.html", "minutes": f"papers/minutes-{rest}.pdf"}
    thing = papers.get(head) or case.file("checkpoint" if head == "freeze" else "ranking.csv")
    if thing not in case.digests:
        raise RefusedError("absent", thing)
    roots = case.archive.read(folder + stamp.roots, LARGEST_STAMP)
    token = read_token(case.archive.read(folder + stamp.token, LARGEST_STAMP))
    expect("imprint", case.digests[thing], token.imprint)
    time, known = when(token.seconds), case.journal.round_time
    if known is not None and head == "result" and token.seconds < known:
        report.fail(14, "stamp_early", stamp.token, when(known), time)
    if known is not None and head == "freeze" and token.seconds >= known:
        report.skip(14, "stamp_late", stamp.token, when(known), time)
    signed = read_signer(token)
    if has_cryptography():
        report.passed(14, "stamped", stamp.token, time, *stamped_by(token, signed, roots, stamp.roots))
    else:
        report.skip(14, "no_cryptography")
        report.skip(14, "stamp_unsigned", stamp.token, time, stamp.url)


def check_cosignatures(case: Case, folder: str, policy: Policy | None) -> None:
    """Judge the receipt of the freeze checkpoint in the register, then whether the quorum of witnesses saw it in time."""
    report, names = case.report, (folder + "register.vkey", folder + "register.tlog-proof")
    there = [name for name in names if name in case.digests]
    note = b""
    if len(there) == 1:
        report.fail(14, "one_of_two", *(name for name in names if name not in there), *there)
    elif there:
        try:
            note = check_register(case, *names, policy)
        except RefusedError as error:
            report.refuse(14, error)
    if policy is None or policy.quorum == "none":
        return report.skip(14, "no_quorum")
    counted, apart = {}, []
    for name, key in policy.witnesses.items() if note else ():
        times, known = cosigned_at(note, key), case.journal.round_time
        if times and (known is None or min(times) < known):
            counted[name] = min(times)
        elif times and known is not None:
            apart.append((name, when(known), when(min(times))))
    told = ", ".join(f"{show(name)} ({when(time)})" for name, time in counted.items()) or "—"
    if not case.journal.draw:
        return report.skip(14, "quorum_later", policy.quorum, Said(told))
    if not policy.is_met(counted):
        report.differ(14, "quorum", policy.quorum, Said(told))
        for late in apart:
            report.fail(14, "cosigned_late", *late)
    return report.passed(14, "cosigned", policy.quorum, Said(told), case.file("checkpoint"))


def check_register(case: Case, vkey: str, proof: str, policy: Policy | None) -> bytes:
    """Judge the register's key and its receipt; give the signed head in it; Raises RefusedError where it cannot be read."""
    report, key = case.report, parse_vkey(case.archive.read(vkey), vkey)
    if case.key is None:
        raise RefusedError("where", vkey, RefusedError("no_key"))
    report.compare(14, "register_name", case.key.name.rpartition("/")[0], key.name)
    if policy is not None and policy.logs and key not in policy.logs:
        report.differ(14, "register_log", ", ".join(log.name for log in policy.logs), key.name)
    receipt = parse_receipt(case.archive.read(proof), proof)
    if receipt.note.count(b"\n") > MOST_SIGNATURES:
        raise RefusedError("many", proof, MOST_SIGNATURES)
    try:
        head = parse_checkpoint(receipt.note, key)
    except RefusedError as error:
        raise RefusedError("where", proof, error) from None
    report.compare(14, "head_origin", key.name, head.origin, proof)
    report.compare(14, "proof_root", head.root, included_root(receipt, head.size) or "—", proof)
    record, exact = parse(receipt.extra, proof)
    shape = _object(at=_instant, campaign=HEX32, checkpoint=ANY, kind=_text("checkpoint.registered"))
    if not shape(record) or exact != receipt.extra or len(exact) > 65_535:
        raise RefusedError("not_canonical", proof, "checkpoint.registered")
    report.compare(14, "registered", case.journal.campaign, record["campaign"], proof, "campaign")
    frozen = case.archive.read(case.file("checkpoint"))
    report.compare(14, "registered", frozen, record["checkpoint"].encode(), proof, "checkpoint")
    return receipt.note


def step_15(case: Case) -> None:
    """Step 15: the legal file names the entrants of the ranking."""
    report, journal, ranking = case.report, case.journal, case.journal.ranking
    if case.identities is None or ranking is None:
        return report.skip(15, "no_legal" if case.identities is None else "no_ranking")
    ranks = {row.entrant: rank for rank, row in enumerate(ranking.rows, 1)}
    for line in case.legal:
        entrant, commitment = journal.commitments.get(line.entry, ("—", "—"))
        rank = ranks.get(line.entrant, 0)
        report.compare(15, "legal_entrant", entrant, line.entrant, line.where)
        report.compare(15, "legal_key", commitment, line.commitment, line.where)
        report.compare(15, "legal_rank", rank or "—", line.rank, line.where)
        report.compare(15, "legal_prize", ranking.rows[rank - 1].prize if rank else "—", line.prize, line.where)
    for entrant in ranks.keys() - {line.entrant for line in case.legal}:
        report.fail(15, "unnamed", ranks[entrant], entrant)
    return report.passed(15, "legal_ok", len(case.legal))


def read_legal(report: Report, path: Path) -> list[Identity]:
    """Read the legal file, and compute the commitment that each key and identity give (bundle §3, journal §5)."""
    found = []
    with contextlib.closing(Archive(path)) as archive:
        archive.digests()
        data = archive.read("identities.jsonl", 64 * MIB)
    for place, (line, whole) in enumerate(lines([data]), 1):
        try:
            found.append(_identity(report.say("line", "identities.jsonl", place), line, whole=whole))
        except RefusedError as error:
            report.refuse(15, error)
    return found


def _identity(where: str, line: bytes, *, whole: bool) -> Identity:
    value, exact = parse(line, where)
    checks = {"entrant": HEX32, "entry": HEX32, "identity": _texts, "key": HEX64, "prize": ANY, "rank": _number(1)}
    value = {"prize": "", **value} if isinstance(value, dict) else {}
    wrong = [key for key in checks.keys() | value.keys() if not checks.get(key, _never)(value.get(key))]
    if exact != line or not whole or wrong:
        raise RefusedError("not_canonical", where, ", ".join(sorted(checks)))
    message = b"contests/identity/v1\n" + canonical(value["identity"])
    commitment = hmac.new(bytes.fromhex(value["key"]), message, hashlib.sha256).hexdigest()
    return Identity(where, value["entrant"], value["entry"], commitment, value["rank"], value["prize"])


# ------------------------------------------------------------------------------------------------------------ the verdict

PARTS: tuple[Callable[[Case], None], ...] = (step_1, read_all, step_2, step_3, step_4, step_5, step_6, step_7, step_8)
PARTS += (step_9, step_10, step_11, step_12, step_13, step_14, step_15)
AFTER_FREEZE, AFTER_DRAW = (step_3, step_6, step_7, step_8, step_12), (step_10, step_11, step_12)


def examine(case: Case) -> dict[str, Any]:
    """Give the verdict on one bundle, as bundle §4 writes it in JSON."""
    report, findings, step = case.report, [], 0
    for part in PARTS:
        step += part is not step_2  # the first half of step 2 is read_all
        try:
            if part in AFTER_FREEZE and not case.journal.freeze:
                report.skip(step, "no_freeze")
            elif part in AFTER_DRAW and not case.journal.draw:
                report.skip(step, "no_draw")
            else:
                part(case)
        except NotABundleError:
            raise
        except RefusedError as error:
            report.refuse(step, error)
        except Exception as error:  # noqa: BLE001 (the last resort: a verifier never ends in a traceback)
            report.fail(step, "unforeseen", type(error).__name__, error)
    for number, category in CATEGORY.items():
        outcome, detail = report.outcome(number)
        finding = {"step": number, "name": report.say(f"step_{number}"), "category": category}
        findings.append({**finding, "outcome": outcome, "detail": detail})
    return {
        "verdict": "failed" if any(finding["outcome"] == "failed" for finding in findings) else "passed",
        "level": case.journal.level,
        "campaign": case.journal.campaign,
        "title": case.journal.terms.titled(report.lang) if case.journal.terms else "",
        "findings": findings,
        "not_proved": not_proved(report.lang),
    }


def not_proved(lang: int) -> list[str]:
    """Say what no bundle proves (bundle §4)."""
    return [say(lang, f"not_proved_{number}") for number in range(1, 5)]


def verify(bundle: Path, identities: Path | None = None, lang: str = "en") -> dict[str, Any]:
    """Verify a bundle; Raises NotABundleError for what is none, OSError for a file that cannot be opened."""
    if identities is not None:
        identities.open("rb").close()  # a mistyped name is no finding
    with contextlib.closing(Archive(bundle)) as archive:
        missing = [name for name in REQUIRED if name not in archive.members]
        if missing:
            raise NotABundleError("lacking", ", ".join(missing))
        return examine(Case(archive, Report(0 if lang == "fr" else 1), identities))


def in_words(verdict: dict[str, Any], lang: int) -> str:
    """Write the verdict for people."""
    if "error" in verdict:
        return say(lang, "no_bundle", Said(verdict["error"]))
    told: list[str] = [say(lang, "title", verdict["campaign"] or "?", verdict["title"] or "?")]
    told += [say(lang, "level", Said(say(lang, verdict["level"] or "unknown"))), ""]
    for finding in verdict["findings"]:
        told.append(f"{finding['step']:>2}. {say(lang, finding['outcome'])} — {finding['name']}")
        told += [f"    {line}" for line in finding["detail"].splitlines()]
    told += ["", say(lang, "not_proved"), *(f"  - {text}" for text in verdict["not_proved"]), ""]
    outcomes = Counter(finding["outcome"] for finding in verdict["findings"])
    told.append(say(lang, "bad" if outcomes["failed"] else "good", outcomes["failed"], outcomes["not-checked"]))
    return "\n".join(told)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; the exit code is 0, 1 or 2."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may lack some letters
    system = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("bundle", type=Path, help="bundle.zip")
    options.add_argument("--json", action="store_true", help="one JSON object / un objet JSON")
    options.add_argument("--identities", type=Path, metavar="legal.zip", help="the legal file / le fichier légal")
    options.add_argument("--lang", choices=("fr", "en"), default="fr" if system.lower().startswith("fr") else "en")
    chosen = options.parse_args(arguments)
    lang = 0 if chosen.lang == "fr" else 1
    try:
        verdict = verify(chosen.bundle, chosen.identities, chosen.lang)
        code = 0 if verdict["verdict"] == "passed" else 1
    except Exception as error:  # noqa: BLE001 (the last resort: a verifier never ends in a traceback)
        told = say(lang, "file", error if isinstance(error, RefusedError) else f"{type(error).__name__}: {error}")
        verdict, code = {"verdict": "failed", "level": None, "campaign": "", "title": "", "findings": []}, 2
        verdict |= {"not_proved": not_proved(lang), "error": told}
    try:
        print(json.dumps(verdict, indent=2) if chosen.json else in_words(verdict, lang), flush=True)
    except OSError:  # whoever reads went away (`| head`): what was found stays what it is
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


if __name__ == "__main__":
    sys.exit(main())
