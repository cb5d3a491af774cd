"""Words that the minutes have for codes of the journal."""

from contests.campaign.definition import Source
from contests.errors import Text

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
