"""What happened to accounts: acts noted in the same append-only list as the acts on campaigns, and read back in words."""

from datetime import datetime

import msgspec

from contests.errors import Text
from contests.flows import act
from contests.flows.house import House
from contests.flows.roles import ROLES
from contests.store import organisers
from contests.store.session import Tx
from contests.store.tables import ActionRow, StaffRow

SAID = {
    "account-set": Text(fr="Compte créé ou renouvelé en ligne de commande : {whom}, {role}.",
                        en="Account of {whom} made or renewed from the command line: {role}."),
    "account-invited": Text(fr="Invitation envoyée à {whom} : {role}.", en="Invitation sent to {whom}: {role}."),
    "account-invitation-cancelled": Text(fr="Invitation annulée : {whom}.", en="Invitation of {whom} cancelled."),
    "account-joined": Text(fr="Invitation acceptée : {role}.", en="Invitation accepted: {role}."),
    "account-role": Text(fr="Rôle changé : {whom}, {before}, puis {role}.",
                         en="Role of {whom} changed: {before}, then {role}."),
    "account-deactivated": Text(fr="Compte désactivé : {whom}.", en="Account of {whom} deactivated."),
    "account-password": Text(fr="Mot de passe changé.", en="Password changed."),
    "account-factor-on": Text(fr="Seconde étape de connexion activée.", en="Second sign-in step switched on."),
    "account-factor-off": Text(fr="Seconde étape de connexion désactivée.", en="Second sign-in step switched off."),
    "account-passkey-added": Text(fr="Clé d’accès ajoutée : {whom}.", en="Passkey added: {whom}."),
    "account-passkey-removed": Text(fr="Clé d’accès retirée : {whom}.", en="Passkey removed: {whom}."),
    "account-passkey-copied": Text(fr="Clé d’accès refusée : son compteur n’avance pas, il en existe peut-être une copie. {whom}.",
                                   en="Passkey refused: its counter does not grow, there may be a copy. {whom}."),
    "account-recovery-used": Text(fr="Connexion avec un code de secours ; il en reste {left}.",
                                  en="Signed in with a recovery code; {left} left."),
    "account-signed-in": Text(fr="Connexion.", en="Signed in."),
    "account-signed-in-after": Text(fr="Connexion, après {failures} essai(s) manqué(s) en un jour.",
                                    en="Signed in, after {failures} failed attempt(s) within a day."),
    "account-throttled": Text(fr="Connexion de {whom} bloquée un quart d’heure, après {failures} essai(s) manqué(s).",
                              en="Sign-in of {whom} blocked for a quarter of an hour, after {failures} failed attempt(s)."),
    "account-sessions-ended": Text(fr="{count} session(s) fermée(s).", en="{count} session(s) ended."),
    "account-observer-invited": Text(fr="Lien d’observation donné à {whom}, pour « {slug} », jusqu’au {until}.",
                                     en="Observer’s link given to {whom}, for “{slug}”, until {until}."),
    "account-observer-ended": Text(fr="Lien d’observation de {whom} fermé.", en="Observer’s link of {whom} ended."),
    "account-entrusted": Text(fr="L’installation est confiée aussi à {whom}.", en="{whom} looks after the installation as well."),
    "account-organiser-made": Text(fr="Organisateur créé : {whom}.", en="Organiser made: {whom}."),
    "account-organiser-renamed": Text(fr="Organisateur renommé : {whom}.", en="Organiser renamed: {whom}."),
    "account-observer-came": Text(fr="Lien d’observation ouvert.", en="Observer’s link opened."),
}  # fmt: skip


def note(tx: Tx, house: House, now: datetime, name: str, verb: str, *, within: str, **facts: str) -> None:
    """Note `within` an organiser that `name` (empty: the system) did `verb`; roles among the facts are codes."""
    assert verb in SAID
    act.note_account(tx, house, within, now, name, verb, msgspec.json.encode(facts).decode())


def note_own(
    tx: Tx, house: House, now: datetime, row: StaffRow, verb: str, *, by: str | None = None, **facts: str
) -> None:
    """Note what happened to an account itself: every organiser it belongs to is told, none is named to another.

    `by` is who did it, where that is not the account's owner.
    """
    for place in organisers.places(tx, row.id):
        note(tx, house, now, row.name if by is None else by, verb, within=place.organiser, **facts)


def tell(row: ActionRow) -> Text:
    """Return an act on an account as a sentence."""
    facts = msgspec.json.decode(row.detail, type=dict[str, str])
    said = SAID[row.verb]
    roles = {key: ROLES[facts[key]].title for key in ("role", "before") if key in facts}
    return Text(
        fr=said.fr.format(**facts | {key: title.fr for key, title in roles.items()}),
        en=said.en.format(**facts | {key: title.en for key, title in roles.items()}),
    )
