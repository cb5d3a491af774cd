"""How one enters: who may, by which steps, for how many tickets, at no cost."""

from collections.abc import Iterator

from contests.campaign.definition import Field, Gone, Unknowable
from contests.campaign.minors import ADULT, admits_minors
from contests.campaign.notices import cost_notice
from contests.errors import Text
from contests.papers.articles.article import Article, rule_sentences
from contests.papers.fields import label_of
from contests.papers.tree import Block, Bullets, Formula, Paragraph
from contests.papers.voice import YEARS, Voice
from contests.rules.closed_question import ClosedQuestion
from contests.rules.confirmed_email import ConfirmedEmail
from contests.rules.minimum_age import MinimumAge
from contests.rules.parent_agrees import ParentAgrees
from contests.rules.unique_code import UniqueCode


def participants(voice: Voice) -> tuple[Block, ...]:
    """Say who may enter and who may not (legal C11, FR10)."""
    people = Text(
        fr="Le jeu est ouvert aux personnes physiques, aux conditions suivantes :",
        en="The contest is open to natural persons, on these conditions:",
    )
    conflict = Text(
        fr="Les personnes qui préparent le jeu, traitent les participations ou conduisent le tirage ne peuvent pas "
        "participer.",
        en="People who prepare the contest, handle the entries or conduct the draw cannot enter.",
    )
    checks = Text(
        fr="L’organisateur peut vérifier ces conditions avant le tirage, et auprès de chaque personne désignée par "
        "le tirage ({announcement}).",
        en="The organiser may check these conditions before the draw, and with each person whom the draw selects "
        "({announcement}).",
    )
    return (
        Paragraph(voice.say(people)),
        Bullets((*rule_sentences(voice, "participants"), voice.say(conflict))),
        *_minors(voice),
        Paragraph(voice.say(checks, announcement=voice.article("announcement"))),
    )


def _minors(voice: Voice) -> Iterator[Block]:
    if voice.campaign.rule(MinimumAge) is None:
        yield Paragraph(voice.say(Text(fr="Aucun âge minimum n’est fixé.", en="There is no minimum age.")))
    if voice.campaign.rule(ParentAgrees) is not None:
        signed = Text(
            fr="Un lot n’est attribué à un mineur qu’une fois que l’organisateur a vu l’autorisation signée d’un parent ou "
            "tuteur.",
            en="A prize is awarded to a minor only once the organiser has seen the signed authorisation of a parent or "
            "guardian.",
        )
        yield Paragraph(voice.say(signed))
    elif admits_minors(voice.campaign):
        said = Text(
            fr="Avant {years}, on participe avec l’accord d’un titulaire de l’autorité parentale. Un lot n’est remis "
            "à un mineur qu’avec cet accord écrit.",
            en="Anyone under {years} enters with the consent of a parent or guardian. A prize is handed to a minor "
            "only with that consent in writing.",
        )
        years = voice.count(ADULT, YEARS) if voice.language == "fr" else str(ADULT)
        yield Paragraph(voice.say(said, years=years))


def entry(voice: Voice) -> tuple[Block, ...]:
    """Say the steps, the limits, and what an accepted entry is worth (legal C6, C12)."""
    campaign = voice.campaign
    worth = Text(
        fr="Chaque participation acceptée vaut une chance. Toutes entrent dans la même liste, d’où qu’elles viennent.",
        en="Each accepted entry is worth one ticket. All go into the same list, wherever they come from.",
    )
    refused = Text(
        fr="Une participation est acceptée quand elle remplit toutes les conditions. Sinon, le site dit laquelle "
        "manque. Qui pense à une erreur peut demander qu’une personne réexamine la réponse, à {contact}.",
        en="An entry is accepted when it meets every condition. Otherwise the site says which one is missing. "
        "Whoever suspects a mistake may ask for a person to look at it again, at {contact}.",
    )
    withdraw = Text(
        fr="Chacun peut se retirer du jeu jusqu’au gel de la liste, par le lien de son reçu ou en écrivant à {data}.",
        en="Anyone may withdraw from the contest until the list is frozen, by the link of the receipt or by writing to "
        "{data}.",
    )
    limits = rule_sentences(voice, "entry")
    return (
        Bullets(tuple(_steps(voice)), ordered=True),
        *((Bullets(limits),) if limits else ()),
        *_confirmation(voice),
        *_question(voice),
        *_comments(voice),
        Paragraph(voice.say(refused, contact=campaign.organiser.contact)),
        Paragraph(voice.say(worth)),
        Paragraph(voice.say(withdraw, data=campaign.organiser.data_protection)),
    )


def _comments(voice: Voice) -> Iterator[Block]:
    """Say which comments are entries, what they are held against, and what cannot be checked of them (legal C6, C7)."""
    told = voice.campaign.commented
    if told is None:
        return
    titles = {channel.id: voice.own(channel.title) for channel in voice.campaign.channels}
    where = voice.listed(_quoted(voice, [titles.get(name, name) for name in told.channels]))
    begin = Text(
        fr="On participe aussi en commentant une publication de l’organisateur ({where}), sans remplir le formulaire. "
        "Commenter ainsi vaut acceptation de ce règlement. Le commentaire remplit ces conditions :",
        en="One also enters by commenting on a post of the organiser’s ({where}), without filling in the form. Such a comment "
        "means accepting these rules. The comment meets these conditions:",
    )
    yield Paragraph(voice.say(begin, where=where))
    yield Bullets(
        tuple(voice.say(_OF_AN_ACCOUNT.get(rule.tag()) or rule.sentence()) for rule in voice.campaign.comment_rules)
    )
    if told.accounts:
        ours = Text(
            fr="Les commentaires de l’organisateur lui-même ne comptent pas : {names}.",
            en="The organiser’s own comments do not count: {names}.",
        )
        yield Paragraph(voice.say(ours, names=voice.listed([f"@{name.lstrip('@')}" for name in told.accounts])))
    time = Text(
        fr="L’heure à laquelle le site a relevé le commentaire décide. Après la clôture, celle de la plateforme décide là où "
        "elle la fixe elle-même, ou celle du fichier dont l’organisateur répond.",
        en="The time at which the site saw the comment decides. After the closing the platform’s decides where it sets it itself, "
        "or that of the file which the organiser answers for.",
    )
    yield Paragraph(voice.say(time))
    yield Paragraph(voice.say(_GONE[told.gone]))
    yield Paragraph(voice.say(_UNKNOWN[told.unknown]))
    later = Text(
        fr="Les conditions qu’un commentaire ne montre pas sont vérifiées auprès de la personne désignée par le tirage "
        "({announcement}). Un compte est une personne ; un compte et une participation par formulaire ne sont rapprochés que si la personne elle-même publie en commentaire, depuis ce compte, le code que son reçu lui donne.",
        en="Conditions that a comment does not show are checked with the person whom the draw selects ({announcement}). An account "
        "is a person; an account and an entry by form are matched only if the person posts, as a comment of that account, the code that their receipt gives.",
    )
    yield Paragraph(voice.say(later, announcement=voice.article("announcement")))


_OF_AN_ACCOUNT = {
    "one-per-person": Text(
        fr="Une participation par compte de chaque plateforme, quel que soit le nombre de commentaires.",
        en="One entry per account of each platform, however many comments.",
    ),
    "one-per-day": Text(
        fr="Une participation par compte de chaque plateforme et par jour, de minuit à minuit dans le fuseau horaire du jeu.",
        en="One entry per account of each platform and per day, from midnight to midnight in the contest’s time zone.",
    ),
}
_GONE: dict[Gone, Text] = {
    "withdrawn": Text(
        fr="Ce que dit le commentaire à la clôture décide : supprimé, ou modifié au point de ne plus remplir les conditions, il "
        "retire la participation, à moins qu’un autre commentaire du même compte les remplisse.",
        en="What the comment says at the closing decides: deleted, or edited so that it no longer meets the conditions, it withdraws "
        "the entry, unless another comment of the same account meets them.",
    ),
    "kept": Text(
        fr="Un commentaire supprimé par son auteur reste une participation ; modifié au point de ne plus remplir les conditions, il "
        "la retire.",
        en="A comment that its author deletes stays an entry; edited so that it no longer meets the conditions, it withdraws it.",
    ),
}
_UNKNOWN: dict[Unknowable, Text] = {
    "declined": Text(
        fr="Une condition que la plateforme ne permet pas de vérifier n’est pas tenue pour remplie.",
        en="A condition that the platform does not let anybody check is not taken as met.",
    ),
    "accepted": Text(
        fr="Une condition que la plateforme ne permet pas de vérifier est tenue pour remplie, et vérifiée auprès de la personne tirée.",
        en="A condition that the platform does not let anybody check is taken as met, and checked with the person drawn.",
    ),
}


def _steps(voice: Voice) -> Iterator[str]:
    campaign = voice.campaign
    yield voice.say(
        Text(
            fr="Ouvrir la page du jeu, {address}, entre l’ouverture et la clôture.",
            en="Open the contest page, {address}, between the opening and the closing.",
        ),
        address=voice.address,
    )
    required = _labels(voice, [field for field in campaign.fields if field.required])
    if required:
        fill = Text(fr="Remplir le formulaire : {labels}.", en="Fill in the form: {labels}.")
        yield voice.say(fill, labels=voice.listed(required))
    optional = _labels(voice, [field for field in campaign.fields if not field.required])
    if optional:
        free = Text(
            fr="Répondre, ou non, à ce qui est facultatif : {labels}.",
            en="Answer, or not, what is optional: {labels}.",
        )
        yield voice.say(free, labels=voice.listed(optional))
    asked = [voice.say(ask.label) for rule in campaign.rules for ask in rule.asks()]
    if asked:
        answer = Text(
            fr="Répondre à ce que demandent les conditions : {labels}.",
            en="Answer what the conditions ask: {labels}.",
        )
        yield voice.say(answer, labels=voice.listed(_quoted(voice, asked)))
    yield voice.say(
        Text(
            fr="Envoyer le formulaire. Dès que la participation est acceptée, le site remet un reçu ({proof}).",
            en="Send the form. As soon as the entry is accepted, the site hands out a receipt ({proof}).",
        ),
        proof=voice.article("proof"),
    )


def _labels(voice: Voice, fields: list[Field]) -> list[str]:
    return _quoted(voice, [label_of(field, voice) for field in fields])


def _quoted(voice: Voice, labels: list[str]) -> list[str]:
    return [voice.say(Text(fr="« {label} »", en="“{label}”"), label=label) for label in labels]


def _confirmation(voice: Voice) -> Iterator[Block]:
    """Say that a link may be sent even where no rule asks for it, when a browser proves nothing."""
    if voice.campaign.rule(ConfirmedEmail) is None:
        said = Text(
            fr="Contre les robots, le site peut demander de confirmer l’adresse e-mail par un lien. La participation ne "
            "compte alors qu’une fois ce lien ouvert, avant la clôture.",
            en="Against bots, the site may ask to confirm the e-mail address through a link. The entry then counts only "
            "once that link was opened, before the closing.",
        )
        yield Paragraph(voice.say(said))


def _question(voice: Voice) -> Iterator[Block]:
    rule = voice.campaign.rule(ClosedQuestion)
    if not isinstance(rule, ClosedQuestion):
        return
    if rule.options:
        proposed = Text(fr="Réponses proposées à la question : {options}.", en="Answers proposed: {options}.")
        yield Paragraph(voice.say(proposed, options=voice.listed(_quoted(voice, list(rule.options)))))
    seal = Text(
        fr="Les bonnes réponses sont scellées quand le règlement est publié. La clé du sceau et les réponses sont "
        "révélées dans le journal public à la clôture : chacun peut vérifier qu’elles n’ont pas changé.",
        en="The right answers are sealed when the rules are published. The key of the seal and the answers are "
        "revealed in the public journal at the closing: anyone can check that they did not change.",
    )
    yield Paragraph(voice.say(seal))
    if rule.sealed:
        yield Formula((f"{voice.say(Text(fr='sceau', en='seal'))} = HMAC-SHA256: {rule.sealed}",))


def bonuses(voice: Voice) -> tuple[Block, ...]:
    """Say how more tickets are earned, and up to how many (legal C7)."""
    free = Text(
        fr="Une chance supplémentaire ne s’achète pas et n’est jamais nécessaire pour gagner. Chacune est inscrite "
        "au journal public, sous le même pseudonyme que la participation.",
        en="An extra ticket cannot be bought and is never needed to win. Each one is written in the public journal, "
        "under the same pseudonym as the entry.",
    )
    sentences = tuple(f"{voice.say(b.sentence())} {voice.say(b.verified)}" for b in voice.campaign.bonuses)
    return Bullets(sentences), Paragraph(voice.say(free))


def cost(voice: Voice) -> tuple[Block, ...]:
    """Say that nothing is paid, at any time, or else what is (legal FR2, FR3, US1)."""
    paid = cost_notice(voice.campaign)
    if paid:
        rest = Text(
            fr="Rien d’autre n’est à payer, ni abonnement, ni frais pour recevoir un lot. L’accès à internet n’est pas "
            "remboursé.",
            en="Nothing else has to be paid, no subscription, no charge to receive a prize. Access to the internet is not "
            "refunded.",
        )
        return Paragraph(voice.say(paid)), Paragraph(voice.say(rest))
    free = Text(
        fr="Participer ne coûte rien : ni achat, ni abonnement, ni appel ou message surtaxé. Un achat n’augmente pas "
        "les chances. Recevoir un lot ne coûte rien non plus.",
        en="Entering costs nothing: no purchase, no subscription, no premium call or message. A purchase does not "
        "improve the chances. Receiving a prize costs nothing either.",
    )
    access = Text(
        fr="Aucun frais particulier n’étant demandé, aucun remboursement n’est prévu pour l’accès à internet.",
        en="As no particular cost is asked for, access to the internet is not refunded.",
    )
    codes = Text(
        fr="Un code s’obtient aussi sans achat et sans frais, en le demandant à {contact} avant la clôture. Il donne "
        "les mêmes chances.",
        en="A code can also be had without purchase and free of charge, by asking {contact} before the closing. It "
        "gives the same chances.",
    )
    said = [Paragraph(voice.say(free)), Paragraph(voice.say(access))]
    if voice.campaign.rule(UniqueCode) is not None:
        said.append(Paragraph(voice.say(codes, contact=voice.campaign.organiser.contact)))
    return tuple(said)


ARTICLES = (
    Article(key="participants", heading=Text(fr="Qui peut participer", en="Who may enter"), write=participants),
    Article(key="entry", heading=Text(fr="Comment participer", en="How to enter"), write=entry),
    Article(
        key="bonuses",
        heading=Text(fr="Chances supplémentaires", en="Extra tickets"),
        write=bonuses,
        applies=lambda campaign: bool(campaign.bonuses),
    ),
    Article(
        key="cost",
        heading=Text(fr="Gratuité", en="No cost"),
        write=cost,
        applies=lambda campaign: campaign.law.cost is None,
    ),
    Article(
        key="price",
        heading=Text(fr="Coût de la participation", en="Cost of entering"),
        write=cost,
        applies=lambda campaign: campaign.law.cost is not None,
    ),
)
