"""Short words for what the journal writes as codes: why an entry was declined, where it came from, how it stands.

They stand inside sentences and tables; what begins a line of a paper takes a capital (`begins`).
"""

from contests.errors import Text

CHANNELS = {
    "page": Text(fr="la page du jeu", en="the contest’s page"),
    "bonus-referral": Text(fr="un proche invité", en="a friend brought"),
    "bonus-channel": Text(fr="un second canal", en="a second channel"),
    "bonus-like": Text(fr="une publication aimée", en="a post liked"),
    "bonus-repost": Text(fr="une publication republiée", en="a post reposted"),
    "bonus-follow": Text(fr="un compte suivi", en="an account followed"),
}
ENTRIES = {
    "accepted": Text(fr="retenue", en="counts"),
    "excluded": Text(fr="exclue", en="excluded"),
    "withdrawn": Text(fr="retirée", en="withdrawn"),
    "pending": Text(fr="en attente", en="waiting"),
}
DECLINED = {
    "closed": Text(fr="après la clôture", en="after the closing"),
    "voided": Text(fr="après l’annulation", en="after the voiding"),
    "not-yet-open": Text(fr="avant l’ouverture", en="before the opening"),
    "already-entered": Text(fr="participation déjà enregistrée", en="already entered"),
    "already-entered-today": Text(fr="participation déjà enregistrée ce jour-là", en="already entered that day"),
    "household-already-entered": Text(fr="même foyer", en="same household"),
    "address-missing": Text(fr="adresse postale non donnée", en="postal address not given"),
    "email-unconfirmed": Text(fr="adresse e-mail non confirmée", en="e-mail address not confirmed"),
    "email-disposable": Text(fr="adresse e-mail jetable", en="disposable e-mail address"),
    "excluded-person": Text(fr="personne liée à l’organisateur", en="organiser’s people"),
    "country-not-listed": Text(fr="pays non admis", en="country not listed"),
    "country-missing": Text(fr="pays non donné", en="country not given"),
    "too-young": Text(fr="âge insuffisant", en="too young"),
    "age-not-declared": Text(fr="âge non déclaré", en="age not declared"),
    "birth-date-missing": Text(fr="date de naissance non donnée", en="date of birth not given"),
    "birth-date-unreadable": Text(fr="date de naissance illisible", en="date of birth unreadable"),
    "birth-date-impossible": Text(fr="date de naissance impossible", en="date of birth impossible"),
    "age-group-missing": Text(fr="âge non déclaré", en="age not declared"),
    "parent-missing": Text(fr="adresse d’un parent non donnée", en="parent’s address not given"),
    "parent-unreadable": Text(fr="adresse du parent illisible", en="parent’s address unreadable"),
    "parent-same": Text(
        fr="adresse du mineur donnée comme celle du parent", en="minor’s own address given as the parent’s"
    ),
    "parent-busy": Text(fr="trop de demandes à un même parent", en="too many requests to one parent"),
    "parent-awaited": Text(fr="accord d’un parent non donné", en="parent’s agreement not given"),
    "parent-refused": Text(fr="refus d’un parent", en="refused by a parent"),
    "parent-silent": Text(
        fr="pas de réponse d’un parent avant la clôture", en="no answer of a parent before the closing"
    ),
    "rules-not-accepted": Text(fr="règlement non accepté", en="rules not accepted"),
    "rules-changed": Text(fr="règlement modifié entre-temps", en="rules changed in the meantime"),
    "answer-wrong": Text(fr="mauvaise réponse", en="wrong answer"),
    "answer-missing": Text(fr="réponse non donnée", en="no answer"),
    "answer-several": Text(fr="plusieurs réponses à la fois", en="several answers at once"),
    "code-unknown": Text(fr="code inconnu", en="unknown code"),
    "code-used": Text(fr="code déjà utilisé", en="code already used"),
    "code-missing": Text(fr="code non donné", en="no code"),
    "comment-of-the-brand": Text(fr="commentaire de l’organisateur", en="the organiser’s own comment"),
    "comment-gone": Text(fr="commentaire supprimé", en="comment deleted"),
    "comment-tied": Text(fr="jour déjà compté de la même personne", en="day already counted of the same person"),
    "comment-unlisted": Text(fr="commentaire qu’aucun relevé n’a montré", en="comment that no look showed"),
    "comment-edited": Text(fr="commentaire modifié depuis", en="comment edited since"),
    "comment-untaken": Text(fr="canal qui ne prend plus de commentaires", en="channel that no longer takes comments"),
    "erased": Text(fr="effacé à la demande de la personne", en="erased at the person’s request"),
    "hashtag-missing": Text(fr="mot-dièse absent", en="hashtag missing"),
    "mentions-missing": Text(fr="trop peu de personnes nommées", en="too few people named"),
    "mentions-untold": Text(fr="personnes nommées non vérifiables", en="people named cannot be told"),
    "comment-short": Text(fr="commentaire trop court", en="comment too short"),
    "comment-long": Text(fr="commentaire trop long", en="comment too long"),
    "picture-missing": Text(fr="image absente", en="picture missing"),
    "picture-untold": Text(fr="image non vérifiable", en="picture cannot be told"),
    "comment-is-reply": Text(fr="réponse à un autre commentaire", en="answer to another comment"),
    "place-untold": Text(fr="place du commentaire non vérifiable", en="place of the comment cannot be told"),
}


def begins(words: Text) -> Text:
    """Return words with a capital, as they begin a line."""
    return Text(fr=words.fr[:1].upper() + words.fr[1:], en=words.en[:1].upper() + words.en[1:])
