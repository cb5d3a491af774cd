"""Words that the minutes have for codes of the journal."""

from contests.campaign.definition import Source
from contests.errors import Text

CHANNELS = {
    "page": Text(fr="La page du jeu", en="The contest’s page"),
    "bonus-referral": Text(fr="Bonus : personne parrainée", en="Bonus: a friend brought"),
    "bonus-channel": Text(fr="Bonus : second canal", en="Bonus: a second channel"),
}
BY_PROGRAM: dict[Source, Text] = {
    "drand": Text(
        fr="Le programme, sans intervention, le {at}, dès que la valeur annoncée a été connue",
        en="The program, unattended, on {at}, once the announced value was known",
    ),
    "ceremony": Text(
        fr="Le programme, le {at}, dès que deux personnes ont saisi les mêmes valeurs",
        en="The program, on {at}, once two people had typed the same values",
    ),
    "rehearsal": Text(fr="Le programme, le {at}, pour une répétition", en="The program, on {at}, as a rehearsal"),
}
STEPS = {
    "award.offered": Text(fr="Lot proposé, sous réserve de vérification", en="Prize offered, subject to checks"),
    "award.confirmed": Text(fr="Lot confirmé après vérification", en="Prize confirmed after the checks"),
    "award.forfeited": Text(fr="Lot perdu", en="Prize forfeited"),
    "alternate.promoted": Text(fr="Suppléant appelé", en="Alternate promoted"),
}
DECLINED = {
    "closed": Text(fr="Après la clôture", en="After the closing"),
    "not-yet-open": Text(fr="Avant l’ouverture", en="Before the opening"),
    "already-entered": Text(fr="Participation déjà enregistrée", en="Already entered"),
    "already-entered-today": Text(fr="Participation déjà enregistrée ce jour-là", en="Already entered that day"),
    "household-already-entered": Text(fr="Même foyer", en="Same household"),
    "address-missing": Text(fr="Adresse postale non donnée", en="Postal address not given"),
    "email-unconfirmed": Text(fr="Adresse e-mail non confirmée", en="E-mail address not confirmed"),
    "email-disposable": Text(fr="Adresse e-mail jetable", en="Disposable e-mail address"),
    "excluded-person": Text(fr="Personne liée à l’organisateur", en="Organiser’s people"),
    "country-not-listed": Text(fr="Pays non admis", en="Country not listed"),
    "country-missing": Text(fr="Pays non donné", en="Country not given"),
    "too-young": Text(fr="Âge insuffisant", en="Too young"),
    "age-not-declared": Text(fr="Âge non déclaré", en="Age not declared"),
    "birth-date-missing": Text(fr="Date de naissance non donnée", en="Date of birth not given"),
    "birth-date-unreadable": Text(fr="Date de naissance illisible", en="Date of birth unreadable"),
    "birth-date-impossible": Text(fr="Date de naissance impossible", en="Date of birth impossible"),
    "age-group-missing": Text(fr="Âge non déclaré", en="Age not declared"),
    "parent-missing": Text(fr="Adresse d’un parent non donnée", en="Parent’s address not given"),
    "parent-unreadable": Text(fr="Adresse du parent illisible", en="Parent’s address unreadable"),
    "parent-same": Text(
        fr="Adresse du mineur donnée comme celle du parent", en="Minor’s own address given as the parent’s"
    ),
    "parent-busy": Text(fr="Trop de demandes à un même parent", en="Too many requests to one parent"),
    "parent-awaited": Text(fr="Accord d’un parent non donné", en="Parent’s agreement not given"),
    "parent-refused": Text(fr="Refus d’un parent", en="Refused by a parent"),
    "parent-silent": Text(
        fr="Pas de réponse d’un parent avant la clôture", en="No answer of a parent before the closing"
    ),
    "rules-not-accepted": Text(fr="Règlement non accepté", en="Rules not accepted"),
    "rules-changed": Text(fr="Règlement modifié entre-temps", en="Rules changed in the meantime"),
    "answer-wrong": Text(fr="Mauvaise réponse", en="Wrong answer"),
    "answer-missing": Text(fr="Réponse non donnée", en="No answer"),
    "code-unknown": Text(fr="Code inconnu", en="Unknown code"),
    "code-used": Text(fr="Code déjà utilisé", en="Code already used"),
    "code-missing": Text(fr="Code non donné", en="No code"),
}
