"""What a contest costs, what it advertises, and whom it shares data with (legal FR2 to FR9, FR12, DP4, DP15)."""

import re
from collections.abc import Iterator

from contests.campaign.dated import countries
from contests.campaign.definition import Campaign
from contests.campaign.lint.people import youngest
from contests.campaign.lint.remark import Remark, block, warn
from contests.campaign.lint.words import announcements
from contests.campaign.minors import ADULT
from contests.errors import Text
from contests.rules.closed_question import ClosedQuestion
from contests.rules.unique_code import UniqueCode

MANY_PARTNERS = 8
SAYS_FREE = re.compile(r"gratuit|sans (obligation d.)?achat|\bfree\b|no purchase", re.IGNORECASE)


def terms(campaign: Campaign) -> Iterator[Remark]:
    """Remark on what the law treats apart."""
    yield from _cost(campaign)
    yield from _alcohol(campaign)
    yield from _tobacco(campaign)
    yield from _partners(campaign)
    yield from _processors(campaign)
    deposit = campaign.law.deposit
    if deposit and deposit.date > campaign.opens_at.date():
        yield warn(
            "deposit-late",
            "terms.deposit.date",
            Text(
                fr="Le règlement est déposé après l’ouverture : déposez-le avant, un dépôt tardif ne prouve rien du début.",
                en="The rules are deposited after the opening: deposit them before, a late deposit proves nothing of the start.",
            ),
            "FR6",
        )


def _cost(campaign: Campaign) -> Iterator[Remark]:
    cost = campaign.law.cost
    if cost is None:
        return
    if cost.kind == "premium-rate":
        yield block(
            "premium-rate",
            "terms.cost.kind",
            Text(
                fr="Un appel ou un message surtaxé fait du tirage un jeu d’argent interdit : offrez une voie gratuite.",
                en="A premium-rate call or message makes the draw a prohibited game of chance: offer a free way.",
            ),
            "FR2 (CSI L320-1)",
        )
    else:
        yield warn(
            "cost",
            "terms.cost",
            Text(
                fr="La participation n’est pas gratuite : faites valider par un juriste que le tirage reste loyal et permis.",
                en="Entering is not free: have a lawyer confirm that the draw stays fair and lawful.",
            ),
            "FR2, FR3 (CSI L320-1; C. conso. L121-20)",
        )
    if cost.kind == "purchase" and campaign.rule(UniqueCode) is None:
        yield block(
            "purchase-unproved",
            "rules",
            Text(
                fr="Un achat ne peut être une condition que s’il se vérifie : remettez un code à chaque achat (« unique-code »).",
                en="A purchase can be a condition only if it can be verified: give a code with each purchase (“unique-code”).",
            ),
            "C7, FR3",
        )
    if cost.kind == "purchase" and campaign.rule(ClosedQuestion) is not None:
        yield warn(
            "purchase-and-question",
            "terms.cost",
            Text(
                fr="Achat et question ensemble : un jeu d’adresse payant peut être interdit. Retirez l’un des deux.",
                en="A purchase and a question together: a paid game of skill may be prohibited. Remove one of the two.",
            ),
            "FR4 (CSI L320-1)",
        )
    for path, text in announcements(campaign):
        if SAYS_FREE.search(text):
            yield block(
                "says-free",
                path,
                Text(
                    fr="Ce texte dit que le jeu est gratuit, et la définition dit qu’il coûte : corrigez l’un ou l’autre.",
                    en="This text says that the contest is free, and the definition says that it costs: mend one of them.",
                ),
                "C9, FR3",
            )


def _alcohol(campaign: Campaign) -> Iterator[Remark]:
    if not campaign.about("alcohol"):
        return
    yield warn(
        "alcohol",
        "terms.themes",
        Text(
            fr="Alcool : n’annoncez le jeu que sur les supports que la loi Évin permet, sans thème de chance ni d’exploit.",
            en="Alcohol: announce the contest only on the media that the French loi Évin allows, without themes of luck or feats.",
        ),
        "FR9 (CSP L3323-2 à L3323-4)",
    )
    if youngest(campaign) < ADULT:
        yield block(
            "alcohol-minors",
            "rules",
            Text(
                fr="Alcool : réservez le jeu aux 18 ans et plus (règle « minimum-age »).",
                en="Alcohol: keep the contest for people aged 18 or more (rule “minimum-age”).",
            ),
            "FR9 (CSP L3342-1)",
        )
    if campaign.law.cost and campaign.law.cost.kind == "purchase":
        yield block(
            "alcohol-purchase",
            "terms.cost",
            Text(
                fr="Alcool : un jeu ne peut pas dépendre d’un achat. Retirez l’obligation d’achat.",
                en="Alcohol: a contest cannot depend on a purchase. Remove the purchase.",
            ),
            "FR9 (TJ Paris, 22 mai 2025)",
        )
    for i, prize in enumerate(campaign.prizes):
        if prize.nature == "alcohol":
            yield warn(
                "alcohol-prize",
                f"prizes[{i}].nature",
                Text(
                    fr="Une bouteille en lot est contestée : préférez une visite, un verre ou un livre.",
                    en="A bottle as a prize is disputed: rather give a visit, a glass or a book.",
                ),
                "FR9",
            )


def _tobacco(campaign: Campaign) -> Iterator[Remark]:
    if campaign.about("tobacco"):
        yield block(
            "tobacco",
            "prizes" if any(prize.nature == "tobacco" for prize in campaign.prizes) else "terms.themes",
            Text(
                fr="Tabac et vapotage ne peuvent être ni un lot, ni l’objet d’un jeu : retirez-les.",
                en="Tobacco and vaping can be neither a prize nor what a contest is about: remove them.",
            ),
            "FR9 (CSP L3512-4, L3513-4)",
        )


def _partners(campaign: Campaign) -> Iterator[Remark]:
    partners = campaign.law.partners
    if len(partners) > MANY_PARTNERS:
        yield warn(
            "partners-many",
            "terms.partners",
            Text(
                fr=f"{len(partners)} partenaires reçoivent des données ; au-delà de {MANY_PARTNERS}, l’accord risque de ne plus "
                "être éclairé.",
                en=f"{len(partners)} partners get data; beyond {MANY_PARTNERS} the consent may no longer be informed.",
            ),
            "DP4 (OLG Frankfurt, 27.6.2019)",
        )
    boxes = {field.id for field in campaign.fields if field.kind == "consent"}
    used = [partner.consent for partner in partners]
    for i, name in enumerate(used):
        if name not in boxes or name in used[:i]:
            yield block(
                "partner-consent",
                f"terms.partners[{i}].consent",
                Text(
                    fr="Chaque partenaire a sa propre case à cocher : ajoutez un champ « consent » et nommez-le ici.",
                    en="Each partner has a box of its own: add a “consent” field and name it here.",
                ),
                "DP4, DP2",
            )


def _processors(campaign: Campaign) -> Iterator[Remark]:
    for i, processor in enumerate(campaign.law.processors):
        if processor.country not in countries().eea.codes and processor.transfer is None:
            yield warn(
                "transfer-unfounded",
                f"terms.processors[{i}].transfer",
                Text(
                    fr=f"{processor.name} traite les données hors de l’EEE : dites sur quoi repose le transfert (décision "
                    "d’adéquation, clauses types).",
                    en=f"{processor.name} handles the data outside the EEA: say what the transfer rests on (adequacy "
                    "decision, standard clauses).",
                ),
                "DP15 (RGPD chapitre V)",
            )
