"""The questions of the form, in words: what is asked, why, on which ground, how it is kept."""

from contests.campaign.definition import Field, FieldKind
from contests.campaign.form import questions
from contests.campaign.retention import SAID, Item, Reason
from contests.errors import Text
from contests.papers.voice import Voice

KINDS: dict[FieldKind, Text] = {
    "email": Text(fr="Adresse e-mail", en="E-mail address"),
    "first-name": Text(fr="Prénom", en="First name"),
    "last-name": Text(fr="Nom", en="Last name"),
    "town": Text(fr="Ville", en="Town"),
    "phone": Text(fr="Téléphone", en="Telephone"),
    "street": Text(fr="Numéro et rue", en="Street and number"),
    "postcode": Text(fr="Code postal", en="Postcode"),
    "text": Text(fr="Texte libre", en="Free text"),
    "choice": Text(fr="Choix dans une liste", en="Choice from a list"),
    "consent": Text(fr="Case à cocher, vide au départ", en="Box to tick, empty at first"),
}
PURPOSES: dict[Reason, Text] = {
    "entry": Text(fr="Enregistrer la participation et tirer au sort", en="Record the entry and hold the draw"),
    "contact": Text(fr="Écrire au participant au sujet du jeu", en="Write to the entrant about the contest"),
    "eligibility": Text(fr="Vérifier les conditions de participation", en="Check the conditions of entry"),
    "parent": Text(
        fr="Demander l’accord d’un parent ou tuteur, et pouvoir le prouver",
        en="Ask a parent or guardian to agree, and be able to prove it",
    ),
    "delivery": Text(fr="Remettre le lot", en="Deliver the prize"),
    "publication": Text(fr="Faire connaître les gagnants", en="Make the winners known"),
    "marketing": Text(fr="Envoyer des messages commerciaux", en="Send commercial messages"),
}
COMMENT = Text(
    fr="Commentaire : compte, texte, heure, adresse publique, et ses modifications",
    en="Comment: account, text, time, public address, and its changes",
)
NOTED = Text(
    fr="Heure de la participation, version du règlement, langue, lieu d’annonce, parrainage, signes d’un envoi "
    "automatique",
    en="Time of the entry, version of the rules, language, place of the link, referral, signs of an automatic sending",
)
_RULES = Text(fr="Exécution du règlement accepté", en="Performance of the rules accepted")
GROUNDS: dict[Reason, Text] = {
    "entry": _RULES,
    "contact": _RULES,
    "eligibility": _RULES,
    "parent": Text(
        fr="Intérêt légitime : protéger les mineurs qui participent",
        en="Legitimate interest: to protect the minors who enter",
    ),
    "delivery": _RULES,
    "publication": Text(
        fr="Intérêt légitime : montrer que les lots sont attribués",
        en="Legitimate interest: to show that the prizes are awarded",
    ),
    "marketing": Text(fr="Consentement", en="Consent"),
}


def label_of(field: Field, voice: Voice) -> str:
    """Return the label that stands on the form, or else the name of the field's kind."""
    shown = next((q.label(voice.language) for q in questions(voice.campaign) if q.name == field.id), "")
    return voice.spaced(shown.strip()) or voice.say(KINDS[field.kind])


def description_of(field: Field, voice: Voice) -> str:
    """Return the label with the kind where it says more, and the options of a choice."""
    label, kind = label_of(field, voice), voice.say(KINDS[field.kind])
    parts = ([kind] if label != kind else []) + list(field.options)
    return f"{label} ({', '.join(parts)})" if parts else label


def named(item: Item, voice: Voice) -> str:
    """Return an item of personal data as the rules text and the register name it."""
    if item.field:
        return description_of(item.field, voice)
    return voice.say(item.ask.label if item.ask else COMMENT if item.name == SAID else NOTED)
