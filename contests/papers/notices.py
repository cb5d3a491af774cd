"""The mails: each a subject and a plain text, in the reader's language.

Nothing here announces a gain before it is confirmed (legal FR8): the first lines of an offer say that
it is provisional and subject to checks.
"""

import re

import msgspec

from contests.errors import Text
from contests.papers.voice import spaced


class Notice(msgspec.Struct, frozen=True):
    """One mail; facts in braces are filled in by `write`."""

    subject: Text
    body: Text

    def write(self, language: str, **facts: str) -> tuple[str, str]:
        """Return subject and body in `language`; line ends never get into a subject.

        `free` is what the staff added, where the notice has a place for it.
        """
        free = facts.pop("free", "").strip()
        facts["free"] = f"\n\n{free}" if free else ""
        subject = re.sub(r"[ \t\r\n]+", " ", self.subject(language, **facts)).strip()
        return spaced(subject, language), spaced(self.body(language, **facts), language)


_FOOT = Text(
    fr="\n\n{organiser}\nQuestions : {contact}\nRèglement : {rules}\n",
    en="\n\n{organiser}\nQuestions: {contact}\nRules: {rules}\n",
)


def _notice(subject: Text, fr: str, en: str) -> Notice:
    return Notice(subject, Text(fr=f"Bonjour,\n\n{fr}{{free}}{_FOOT.fr}", en=f"Hello,\n\n{en}{{free}}{_FOOT.en}"))


CONFIRM = _notice(
    Text(fr="Confirmez votre participation : {title}", en="Confirm your entry: {title}"),
    "Vous venez de remplir le formulaire de « {title} ». Votre participation ne compte qu’une fois confirmée, avant le "
    "{closes}.\n\nConfirmer : {link}\n\nCe n’était pas vous ? Ne faites rien : sans confirmation, tout est effacé à la "
    "clôture.",
    "You have just filled in the form of “{title}”. Your entry counts only once confirmed, before {closes}.\n\n"
    "Confirm: {link}\n\nIt was not you? Do nothing: without a confirmation everything is deleted at the closing.",
)
RECEIVED = _notice(
    Text(fr="Votre reçu : {title}", en="Your receipt: {title}"),
    "Votre participation à « {title} » est enregistrée sous le numéro {place} du journal public.\n\nVotre reçu (gardez-le : "
    "il prouve que vous participez) : {link}\nLe même reçu est joint à ce message, dans un fichier.\n\nLe tirage a lieu le {draws}. Chacun pourra le vérifier.",
    "Your entry to “{title}” is in the public journal as number {place}.\n\nYour receipt (keep it: it proves that you take "
    "part): {link}\nThe same receipt is attached to this message as a file.\n\nThe draw is on {draws}. Everybody can check it.",
)
PARENT = _notice(
    Text(fr="Accord d’un parent demandé : {title}", en="A parent’s agreement is asked: {title}"),
    "Un mineur a donné votre adresse, comme celle d’un parent ou tuteur, pour participer à « {title} », un jeu avec tirage au "
    "sort. Avant {under} ans, sa participation ne compte que si vous donnez votre accord, avant le {closes}.\n\nVoir de quoi il "
    "s’agit, puis accepter ou refuser : {link}\n\nSans réponse, la participation ne compte pas et votre adresse est effacée à "
    "la clôture. C’est le seul message que nous vous envoyons à ce sujet. Vous ne connaissez pas d’enfant que cela concerne ? "
    "Refusez : tout est effacé aussitôt.",
    "A minor gave your address, as that of a parent or guardian, to enter “{title}”, a contest with a draw. Under {under}, their "
    "entry counts only if you agree, before {closes}.\n\nSee what it is about, then agree or refuse: {link}\n\nWithout an "
    "answer the entry does not count, and your address is deleted at the closing. This is the only message that we send you "
    "about it. You know of no child whom this concerns? Refuse: everything is deleted at once.",
)
OFFER = _notice(
    Text(
        fr="Résultat provisoire du tirage, à vérifier : {title}",
        en="Provisional result of the draw, subject to checks: {title}",
    ),
    "Résultat provisoire, sous réserve de vérification : ce message n’est pas l’annonce d’un gain.\n\nLe tirage au sort de "
    "« {title} » a désigné votre participation pour ce lot : {prize}. Le lot ne vous sera attribué que si les conditions du "
    "règlement sont remplies.\n\nRépondez avant le {until}, sinon le suppléant suivant prend votre place :\n{link}\n\nNous ne "
    "demandons jamais d’argent ni de coordonnées bancaires.",
    "Provisional result, subject to checks: this message does not announce a prize.\n\nThe draw of “{title}” picked your "
    "entry for this prize: {prize}. It becomes yours only if the conditions of the rules are met.\n\nAnswer before {until}, or "
    "the next alternate takes your place:\n{link}\n\nWe never ask for money or bank details.",
)
REMINDER = _notice(
    Text(
        fr="Rappel, résultat provisoire à vérifier : {title}",
        en="Reminder, provisional result subject to checks: {title}",
    ),
    "Résultat provisoire, sous réserve de vérification : ce message n’est pas l’annonce d’un gain.\n\nNous vous avons écrit au "
    "sujet de ce lot : {prize}. Nous n’avons pas encore votre réponse. Sans réponse avant le {until}, le suppléant suivant peut "
    "prendre votre place.\n\nRépondre :\n{link}\n\nNous ne demandons jamais d’argent ni de coordonnées bancaires.",
    "Provisional result, subject to checks: this message does not announce a prize.\n\nWe wrote to you about this prize: "
    "{prize}. We do not have your answer yet. Without an answer before {until}, the next alternate may take your place.\n\n"
    "Answer:\n{link}\n\nWe never ask for money or bank details.",
)
CONFIRMED = _notice(
    Text(fr="Votre lot est confirmé : {title}", en="Your prize is confirmed: {title}"),
    "Les conditions ont été vérifiées. Ce lot vous est attribué : {prize}. L’organisateur vous écrit pour la remise.",
    "The conditions were checked. This prize is yours: {prize}. The organiser will write to you about handing it over.",
)
SENT = _notice(
    Text(fr="Votre lot est en route : {title}", en="Your prize is on its way: {title}"),
    "Ce lot vous a été remis ou envoyé le {sent} : {prize}.{carrier}\n\nDites-nous quand vous l’avez en main, ou que quelque "
    "chose ne va pas :\n{link}",
    "This prize was handed over or sent to you on {sent}: {prize}.{carrier}\n\nTell us when you have it in hand, or that "
    "something is wrong:\n{link}",
)
DUE = _notice(
    Text(
        fr="Un lot est à remettre avant le {until} : {title}", en="A prize is to be handed over before {until}: {title}"
    ),
    "Ce lot est confirmé et n’est pas encore noté comme remis : {prize} ({unit}). Le délai se termine le {until}.\n\nLe dossier "
    ":\n{link}",
    "This prize is confirmed and not yet noted as handed over: {prize} ({unit}). The time ends on {until}.\n\nThe file:\n{link}",
)
FORFEITED = _notice(
    Text(fr="Le lot proposé n’est plus disponible : {title}", en="The prize on offer has lapsed: {title}"),
    "Le lot « {prize} » ne peut pas vous être attribué. Motif prévu au règlement : {reason}.",
    "The prize “{prize}” cannot be given to you. Reason, as listed in the rules: {reason}.",
)
AMENDED = _notice(
    Text(fr="Le règlement a changé : {title}", en="The rules have changed: {title}"),
    "Vous participez à « {title} ». Le règlement a changé le {at} (avenant n° {number}).\n\nMotif : {reason}\n\nCe qui change : "
    "{link}\n\nVous n’avez rien à faire : votre participation reste enregistrée, avec le même reçu. Le nouveau règlement vaut "
    "pour tout le jeu. Vous n’en voulez pas ? Retirez votre participation depuis la page de votre reçu.",
    "You take part in “{title}”. The rules changed on {at} (amendment no. {number}).\n\nReason: {reason}\n\nWhat changes: {link}\n\n"
    "You need do nothing: your entry stays, with the same receipt. The new rules hold for the whole contest. You do not want "
    "that? Withdraw your entry from your receipt’s page.",
)
INVITATION = Notice(
    Text(fr="Invitation à rejoindre {house}", en="Invitation to join {house}"),
    Text(
        fr="Bonjour,\n\n{name} vous invite à rejoindre l’espace de l’équipe de {house}. Votre rôle : {role}.\n\nChoisissez votre "
        "mot de passe avant le {until} :\n{link}\n\nCe lien ne sert qu’une fois. Vous n’attendiez pas cette invitation ? Ne "
        "faites rien.\n",
        en="Hello,\n\n{name} invites you to join the staff pages of {house}. Your role: {role}.\n\nChoose your password before "
        "{until}:\n{link}\n\nThis link works once. You were not expecting this invitation? Do nothing.\n",
    ),
)
OBSERVER = Notice(
    Text(fr="Suivre le déroulement de « {title} »", en="Following “{title}”"),
    Text(
        fr="Bonjour,\n\n{name} vous ouvre la page de suivi de « {title} » : l’avancement et tout ce qui s’y passe, sans "
        "l’identité des participants.\n\nVotre lien personnel, jusqu’au {until} :\n{link}\n\nNe le transmettez pas.\n",
        en="Hello,\n\n{name} lets you look on at “{title}”: how it goes and all that happens in it, without the identities of "
        "the entrants.\n\nYour personal link, until {until}:\n{link}\n\nDo not pass it on.\n",
    ),
)
ALERT = Notice(
    Text(fr="{count} commentaire(s) à regarder : {title}", en="{count} comment(s) to look at: {title}"),
    Text(
        fr="Bonjour,\n\nSur « {title} », {count} commentaire(s) attendent un regard : {kinds}.\n\nLes voir et y répondre : {link}"
           "\n\nRien n’a été masqué ni écarté. Le prochain message viendra quand autant de nouveaux attendront ; le seuil se "
           "règle sur cette page.\n",
        en="Hello,\n\nOn “{title}”, {count} comment(s) wait for a look: {kinds}.\n\nSee and answer them: {link}\n\nNothing was "
           "hidden or left out. The next message comes when as many new ones wait; the threshold is set on that page.\n",
    ),
)  # fmt: skip
NOTICES = {
    "alert": ALERT,
    "confirm": CONFIRM,
    "received": RECEIVED,
    "parent": PARENT,
    "offer": OFFER,
    "reminder": REMINDER,
    "confirmed": CONFIRMED,
    "sent": SENT,
    "due": DUE,
    "forfeited": FORFEITED,
    "amended": AMENDED,
    "invitation": INVITATION,
    "observer": OBSERVER,
}
