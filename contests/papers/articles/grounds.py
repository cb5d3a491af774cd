"""Why an accepted entry may be excluded: each public code, and the article it rests on (legal C5)."""

import msgspec

from contests.errors import Text
from contests.papers.articles.article import anchor_of


class Clause(msgspec.Struct, frozen=True):
    """What an exclusion for one code is founded on: an article, by key, and the fact in words."""

    key: str
    text: Text

    @property
    def anchor(self) -> str:
        """The anchor of the article in every rules text."""
        return anchor_of(self.key)


CLAUSES: dict[str, Clause] = {
    "duplicate-person": Clause(
        "entry",
        Text(
            fr="La même personne participe plus de fois que le règlement ne le permet",
            en="The same person enters more often than the rules allow",
        ),
    ),
    "not-eligible": Clause(
        "participants",
        Text(fr="Une condition de participation n’est pas remplie", en="A condition of entry is not met"),
    ),
    "conflict-of-interest": Clause(
        "participants",
        Text(
            fr="Le rôle de la personne dans le jeu lui interdit de participer",
            en="The person’s part in the contest bars them from entering",
        ),
    ),
    "false-data": Clause(
        "fairness",
        Text(
            fr="Donner de fausses réponses ou prendre l’identité d’une autre personne",
            en="Giving false answers or taking somebody else’s identity",
        ),
    ),
    "automation": Clause(
        "fairness",
        Text(
            fr="Faire participer un programme, un robot ou un service à sa place",
            en="Having a program, a bot or a service enter in one’s place",
        ),
    ),
    "abuse": Clause(
        "fairness",
        Text(
            fr="Troubler le jeu ou chercher à le fausser : attaquer le site, acheter ou vendre des participations, "
            "inventer des filleuls, contourner une limite",
            en="Disturbing the contest or trying to bend it: attacking the site, buying or selling entries, "
            "inventing friends to refer, getting round a limit",
        ),
    ),
}
