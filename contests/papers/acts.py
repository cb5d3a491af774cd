"""What a member of staff did, in words: the acts that leave no record in the journal are told by these."""

from contests.errors import Text

_ACTS: dict[str, Text] = {
    "access": Text(fr="Copie des données remise à la personne", en="A copy of the data was given to the person"),
    "amend": Text(fr="Avenant", en="Amendment"),
    "annul-minutes": Text(fr="Relevé annulé", en="Minutes annulled"),
    "authorise": Text(fr="Autorisation signée vue", en="Signed authorisation seen"),
    "ceremony": Text(fr="Valeurs de la cérémonie saisies", en="Values of the ceremony typed"),
    "closing": Text(fr="Bilan complété", en="Closing report filled in"),
    "comment-seen": Text(fr="Commentaire regardé", en="Comment looked at"),
    "comments-import": Text(fr="Commentaires importés d’un fichier", en="Comments imported from a file"),
    "confirm": Text(fr="Lot confirmé", en="Prize confirmed"),
    "consent": Text(fr="Accord commercial repris pour la personne", en="Consent to messages taken back for the person"),
    "contacts": Text(fr="Liste de contacts prise en compte", en="List of contacts taken in"),
    "document": Text(fr="Pièce jugée", en="Document judged"),
    "draw": Text(fr="Tirage par cérémonie", en="Draw by ceremony"),
    "erase": Text(fr="Données effacées à la demande de la personne", en="Data erased as the person asked"),
    "exclude": Text(fr="Exclusion", en="Exclusion"),
    "export": Text(fr="Liste des participations téléchargée", en="List of entries downloaded"),
    "followers": Text(fr="Liste d’abonnés importée", en="List of followers imported"),
    "forfeit": Text(fr="Lot perdu", en="Prize forfeited"),
    "keep": Text(fr="Gardé après examen", en="Kept after a look"),
    "message": Text(fr="Message envoyé au gagnant", en="Message sent to the winner"),
    "minutes": Text(fr="Relevé établi", en="Minutes issued"),
    "name-as": Text(fr="Publication du nom changée", en="Publication of the name changed"),
    "open-document": Text(fr="Pièce ouverte", en="Document opened"),
    "opt-ins": Text(fr="Liste des accords commerciaux téléchargée", en="List of consents to messages downloaded"),
    "post-add": Text(fr="Publication ajoutée", en="Post added"),
    "post-finish": Text(fr="Publication close", en="Post finished"),
    "post-pause": Text(fr="Relevés de la publication suspendus", en="Listings of the post paused"),
    "post-resume": Text(fr="Relevés de la publication repris", en="Listings of the post resumed"),
    "post-token": Text(fr="Accès à la plateforme enregistré", en="Access to the platform kept"),
    "preview-end": Text(fr="Lien d’aperçu fermé", en="Preview link closed"),
    "preview-share": Text(fr="Lien d’aperçu créé", en="Preview link made"),
    "publish": Text(fr="Publication", en="Publishing"),
    "received": Text(fr="Lot noté comme reçu", en="Prize noted as received"),
    "reinstate": Text(fr="Participation rétablie", en="Entry reinstated"),
    "release": Text(fr="Avenant validé par le service juridique", en="Amendment released by the legal department"),
    "sent": Text(fr="Lot noté comme envoyé", en="Prize noted as sent"),
    "series-carry": Text(fr="Réponses reportées sur la série", en="Answers carried over to the series"),
    "series-hand-on": Text(fr="Fichiers reportés sur la série", en="Files handed on to the series"),
    "series-name": Text(fr="Titre de la série changé", en="Title of the series changed"),
    "series-publish": Text(fr="Publication avec la série", en="Publication with the series"),
    "series-start": Text(fr="Créé avec la série", en="Made with the series"),
    "undo": Text(fr="Décision annulée", en="Decision undone"),
    "void": Text(fr="Annulation du jeu", en="Contest voided"),
    "watch": Text(fr="Alertes de commentaires réglées", en="Alerts on comments set"),
    "withhold": Text(fr="Lot non remis", en="Prize withheld"),
    "words": Text(fr="Texte d’un message changé", en="Words of a message changed"),
}
_STEPS = {
    "prepare": Text(fr="Préparé pour une seconde personne : {act}", en="Prepared for a second person: {act}"),
    "release": Text(fr="Validé par une seconde personne : {act}", en="Released by a second person: {act}"),
    "refuse": Text(fr="Refusé par une seconde personne : {act}", en="Refused by a second person: {act}"),
    "withdraw": Text(fr="Préparation reprise : {act}", en="Taken back before its release: {act}"),
    "lapse": Text(fr="Écarté, les faits ayant changé : {act}", en="Set aside, as things had changed: {act}"),
}
_PREPARED = {
    "publish": _ACTS["publish"], "amend": _ACTS["amend"], "exclude": _ACTS["exclude"],
    "release": Text(fr="Remise d’un lot", en="Release of a prize"),
}  # fmt: skip


def act_title(verb: str, language: str) -> str:
    """Return an act's name in words; a verb that has none is shown as it is."""
    if verb in _ACTS:
        return _ACTS[verb](language)
    step, _, kind = verb.partition("-")
    if step in _STEPS and kind in _PREPARED:
        return _STEPS[step](language, act=_PREPARED[kind](language))
    return verb
