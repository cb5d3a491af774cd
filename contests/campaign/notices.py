"""Words that follow from the definition: what must be seen at first glance (legal FR3, FR9, FR12), what a post invites to."""

from contests.campaign.definition import Action, Campaign, CostKind
from contests.errors import Language, Text

ACTIONS: dict[Action, Text] = {
    "comment": Text(fr="commenter", en="comment"),
    "follow": Text(fr="suivre le compte", en="follow the account"),
    "hashtag": Text(fr="employer un mot-dièse", en="use a hashtag"),
    "like": Text(fr="aimer la publication", en="like the post"),
    "mention": Text(fr="citer le compte", en="mention the account"),
    "post-often": Text(fr="publier le plus souvent possible", en="post as often as possible"),
    "repost": Text(fr="republier", en="repost"),
    "share": Text(fr="partager", en="share"),
    "share-on-timeline": Text(fr="partager sur son journal personnel", en="share on one’s own timeline"),
    "share-to-story": Text(fr="partager en story", en="share to a story"),
    "subscribe": Text(fr="s’abonner à la chaîne", en="subscribe to the channel"),
    "tag-friends": Text(fr="identifier des amis", en="tag friends"),
    "tag-yourself": Text(
        fr="s’identifier sur une image où l’on n’est pas", en="tag oneself in a picture one is not in"
    ),
}
COSTS: dict[CostKind, Text] = {
    "purchase": Text(fr="Jeu avec obligation d’achat : {what}", en="A purchase is necessary to enter: {what}"),
    "premium-rate": Text(
        fr="Participation par appel ou message surtaxé : {what}", en="Entry by a premium-rate call or message: {what}"
    ),
    "postage": Text(fr="Participation par courrier affranchi : {what}", en="Entry by stamped mail: {what}"),
}
ADVERTISING = Text(fr="Publicité – collaboration commerciale : {what}", en="Advertising – paid partnership: {what}")
ALCOHOL = Text(
    fr="L’abus d’alcool est dangereux pour la santé. À consommer avec modération. Vente interdite aux mineurs.",
    en="Alcohol abuse is dangerous for your health. Drink in moderation. Sale to minors is forbidden.",
)


def notices(campaign: Campaign) -> tuple[Text, ...]:
    """Return the notices that a campaign's definition brings with it, the commercial one first."""
    law, found = campaign.law, []
    if law.paid_partnership:
        found.append(_said(campaign, ADVERTISING, law.paid_partnership))
    if law.cost:
        found.append(_said(campaign, COSTS[law.cost.kind], law.cost.what))
    if campaign.about("alcohol"):
        found.append(ALCOHOL)
    return tuple(found)


def cost_notice(campaign: Campaign) -> Text | None:
    """Return what entering costs, or nothing where it is free."""
    cost = campaign.law.cost
    return _said(campaign, COSTS[cost.kind], cost.what) if cost else None


def _said(campaign: Campaign, frame: Text, what: dict[Language, str]) -> Text:
    def one(language: Language) -> str:
        return frame(language, what=campaign.say(what, language).rstrip(" .")) + "."

    return Text(fr=one("fr"), en=one("en"))
