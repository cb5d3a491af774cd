"""Saved replies for comments and messages: what people ask, answered from the definition and the state.

Each reply ends in the address that proves it. What is not true yet is not said; nobody is told a gain here
(legal FR8), nor whether a third person takes part.
"""

from datetime import datetime

import msgspec

from contests.campaign.definition import Campaign
from contests.errors import LANGUAGES, Language, Text
from contests.papers.articles.article import anchor_of
from contests.papers.articles.order import numbers_of
from contests.papers.dates import local


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Where a campaign stands. `stage` as visitors live it; `base` is the address of its page, `https://…/c/slug`.

    `pool`: the digest of the frozen list; `round`: of the beacon; `entrants`: how many people are on the list. Empty
    or 0 while there is none.
    """

    definition: Campaign
    stage: str
    base: str
    freezes_at: datetime
    draws_at: datetime
    pool: str = ""
    round: int = 0
    entrants: int = 0


class Reply(msgspec.Struct, frozen=True):
    """One reply: what is asked, the answer to copy by language, and where it is proved."""

    key: str
    asked: Text
    answer: dict[Language, str]
    proof: Text
    link: dict[Language, str]


LISTED = frozenset({"frozen", "drawn", "settled"})
DRAWN = frozenset({"drawn", "settled"})


def replies(facts: Facts) -> tuple[Reply, ...]:
    """Return the replies that are true now. Pure: the same facts give the same words."""
    teller = _Teller(facts)
    makers = [_in, _declined, _draw, _doubt, _lost, _won, _impostor]
    if facts.definition.commented and facts.stage in {"open", "closed", "frozen"}:
        makers += [_comment_taken, _comment_declined, _comment_unknown]
    return tuple(make(teller) for make in makers)


class _Teller:
    """Fills sentences with the facts of one campaign."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.definition = facts, facts.definition
        self.numbers = numbers_of(facts.definition)

    def reply(self, key: str, asked: Text, parts: list[Text], proof: Text, path: str) -> Reply:
        """Join `parts`, with the link at the end; `path` comes after the campaign's address."""
        link: dict[Language, str] = {language: self.link(path, language) for language in LANGUAGES}
        answer: dict[Language, str] = {
            language: " ".join([*(self._say(part, language) for part in parts), link[language]])
            for language in LANGUAGES
        }
        return Reply(key, asked, answer, proof, link)

    def link(self, path: str, language: Language) -> str:
        """Return an address in the reader's language, where the campaign has it."""
        page, hash_sign, anchor = path.partition("#")
        spoken = f"?lang={language}" if language in self.definition.languages else ""
        return f"{self.facts.base}{page}{spoken}{hash_sign}{anchor}"

    def article(self, key: str) -> str:
        """Return the address of an article of the rules, from the campaign's page on."""
        return f"/rules#{anchor_of(key)}"

    def _say(self, part: Text, language: Language) -> str:
        facts, definition = self.facts, self.definition
        return part(
            language,
            title=definition.say(definition.title, language),
            organiser=definition.organiser.name,
            contact=definition.organiser.contact,
            opens=local(definition.opens_at, definition, language),
            closes=local(definition.closes_at, definition, language),
            freezes=local(facts.freezes_at, definition, language),
            draws=local(facts.draws_at, definition, language),
            officer=definition.draw.officer or "",
            pool=facts.pool,
            round=facts.round,
            entrants=facts.entrants,
            participants=self.numbers.get("participants", ""),
            drawing=self.numbers.get("draw", ""),
        )


_VOID = Text(fr="Le jeu « {title} » a été annulé : il n’y a pas de tirage. Le motif est public :",
             en="The contest “{title}” was voided: there is no draw. The reason is public:")  # fmt: skip
_REASON = Text(fr="Motif de l’annulation", en="Reason of the voiding")
_RESULTS = "/results"
_REHEARSAL = Text(
    fr="Attention : ceci est une répétition, sans valeur et sans lot.",
    en="Mind: this is a rehearsal, worth nothing and without any prize.",
)


def _in(teller: _Teller) -> Reply:
    stage = teller.facts.stage
    asked = Text(fr="Est-ce que je participe ?", en="Am I in?")
    if stage == "void":
        return teller.reply("in", asked, [_VOID], _REASON, _RESULTS)
    if stage == "soon":
        soon = Text(
            fr="Pas encore : le jeu ouvre le {opens}. Le formulaire sera ici :",
            en="Not yet: the contest opens on {opens}. The form will be here:",
        )
        return teller.reply("in", asked, [soon], Text(fr="Page du jeu", en="Page of the contest"), "")
    parts = [
        Text(fr="Votre reçu le dit : ouvrez le lien du message « Votre reçu ». Il prouve que votre participation est au journal public.",
             en="Your receipt tells: open the link in the message “Your receipt”. It proves that your entry is in the public journal."),
    ]  # fmt: skip
    if stage == "open":
        parts.append(Text(
            fr="Si vous n’avez reçu que « Confirmez votre participation », ouvrez d’abord ce lien-là : sans confirmation avant le {closes}, la participation ne compte pas.",
            en="If all you got is “Confirm your entry”, open that link first: without a confirmation before {closes} the entry does not count.",
        ))  # fmt: skip
    else:
        parts.append(Text(
            fr="Les participations qui n’ont pas été confirmées avant la clôture, le {closes}, ne comptent pas.",
            en="Entries that were not confirmed before the closing, on {closes}, do not count.",
        ))  # fmt: skip
    if stage in LISTED:
        parts.append(Text(
            fr="La liste est définitive depuis son gel ; son empreinte SHA-256 est {pool}.",
            en="The list has been final since it was frozen; its SHA-256 digest is {pool}.",
        ))  # fmt: skip
    parts.append(Text(fr="Chacun peut vérifier son reçu ici :", en="Anyone can check their receipt here:"))
    return teller.reply("in", asked, parts, Text(fr="Vérification d’un reçu", en="Check of a receipt"), "/verify")


def _declined(teller: _Teller) -> Reply:
    conditions = [
        rule.sentence() for rule in teller.definition.rules if rule.tag() not in {"accepts-rules", "opening-hours"}
    ]
    parts = [
        Text(fr="Une participation n’est refusée que pour un motif du règlement, et la page du formulaire l’affiche aussitôt.",
             en="An entry is declined only for a reason in the rules, and the form’s page says which at once."),
        *conditions,
        Text(fr="Si votre participation a été exclue après coup, votre page de reçu indique l’article. Pour une question sur votre cas, écrivez à {contact} depuis l’adresse avec laquelle vous avez participé. Qui peut participer, article {participants} :",
             en="If your entry was excluded later, your receipt page names the article. About your own case, write to {contact} from the address you entered with. Who may enter, article {participants}:"),
    ]  # fmt: skip
    asked = Text(fr="Pourquoi ma participation a-t-elle été refusée ?", en="Why was I declined?")
    proof = Text(fr="Article du règlement", en="Article of the rules")
    return teller.reply("declined", asked, [_bare(part) for part in parts], proof, teller.article("participants"))


def _bare(part: Text) -> Text:
    """Return a sentence that already has its facts so that braces in it are not taken for others."""
    known = ("{contact}", "{participants}")
    return part if any(name in part.fr for name in known) else Text(fr=_kept(part.fr), en=_kept(part.en))


def _kept(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


_CHANCE = {
    "drand": (
        Text(fr="Le hasard viendra d’une balise publique (drand), tour {round}, prévu le {draws} : une valeur qui n’existe pas encore et que personne ici ne maîtrise.",
             en="Chance will come from a public beacon (drand), round {round}, due on {draws}: a value that does not exist yet and that nobody here controls."),
        Text(fr="Le hasard est venu d’une balise publique (drand), tour {round}, inconnu de tous quand la liste a été gelée.",
             en="Chance came from a public beacon (drand), round {round}, which nobody knew when the list was frozen."),
    ),
    "ceremony": (
        Text(fr="Le hasard sera produit le {draws} devant un témoin : {officer}.",
             en="Chance will be made on {draws} before a witness: {officer}."),
        Text(fr="Le hasard a été produit devant un témoin : {officer}.", en="Chance was made before a witness: {officer}."),
    ),
    "rehearsal": (_REHEARSAL, _REHEARSAL),
}  # fmt: skip


def _draw(teller: _Teller) -> Reply:
    stage = teller.facts.stage
    asked = Text(fr="Comment se fait le tirage ?", en="How is it drawn?")
    if stage == "void":
        return teller.reply("draw", asked, [_VOID], _REASON, _RESULTS)
    parts = []
    if stage in LISTED:
        parts.append(Text(fr="La liste de {entrants} participant(s) a été gelée et publiée sans aucun nom ; son empreinte SHA-256 est {pool}.",
                          en="The list of {entrants} entrant(s) was frozen and published without any name; its SHA-256 digest is {pool}."))  # fmt: skip
    else:
        parts.append(Text(fr="Le {freezes}, la liste des participants sera gelée et publiée, sans aucun nom.",
                          en="On {freezes} the list of entrants will be frozen and published, without any name."))  # fmt: skip
    parts.append(_CHANCE[teller.definition.draw.source][stage in DRAWN])
    if stage in DRAWN:
        parts.append(Text(fr="Un seul classement, fait une seule fois, a désigné les participations tirées et les suppléants. Le certificat :",
                          en="One ranking, made once, picked the entries drawn and the alternates. The certificate:"))  # fmt: skip
        return teller.reply("draw", asked, parts, Text(fr="Certificat", en="Certificate"), "/certificate")
    parts.append(Text(fr="Un seul classement, fait une seule fois, désignera les participations tirées et les suppléants. Règlement, article {drawing} :",
                      en="One ranking, made once, will pick the entries drawn and the alternates. Rules, article {drawing}:"))  # fmt: skip
    return teller.reply(
        "draw", asked, parts, Text(fr="Article du règlement", en="Article of the rules"), teller.article("draw")
    )


def _doubt(teller: _Teller) -> Reply:
    stage, rehearsal = teller.facts.stage, teller.definition.draw.source == "rehearsal"
    asked = Text(fr="J’ai un doute, c’est truqué !", en="I doubt this, it is rigged!")
    first = Text(
        fr="Vous avez raison de demander : ne nous croyez pas sur parole.",
        en="You are right to ask: do not take our word for it.",
    )
    parts = [first, *([_REHEARSAL] if rehearsal else [])]
    if stage == "void":
        return teller.reply("doubt", asked, [first, _VOID], _REASON, _RESULTS)
    if stage in DRAWN:
        parts.append(Text(fr="Votre navigateur peut refaire tout le tirage, à partir de la liste gelée (SHA-256 {pool}), sans rien nous envoyer :",
                          en="Your own browser can do the whole draw again, from the frozen list (SHA-256 {pool}), without sending us anything:"))  # fmt: skip
        return teller.reply("doubt", asked, parts, Text(fr="Vérification du tirage", en="Check of the draw"), "/verify")
    if stage == "frozen":
        parts.append(Text(fr="La liste est gelée depuis avant le hasard : son empreinte SHA-256 est {pool}, notez-la. Après le tirage, vous pourrez tout recalculer :",
                          en="The list was frozen before chance existed: its SHA-256 digest is {pool}, write it down. After the draw you can compute everything again:"))  # fmt: skip
    else:
        parts.append(Text(fr="Chaque participation reçue entre dans un journal public, sans nom, dont rien ne peut être ôté sans que cela se voie. Après le tirage, prévu le {draws}, vous pourrez tout recalculer :",
                          en="Every entry taken goes into a public journal, without names, from which nothing can be removed unseen. After the draw, due on {draws}, you can compute everything again:"))  # fmt: skip
    return teller.reply("doubt", asked, parts, Text(fr="Journal public", en="Public journal"), "/journal")


def _lost(teller: _Teller) -> Reply:
    parts = [
        Text(fr="Perdre son reçu n’enlève rien à la participation : c’est le journal qui compte.",
             en="Losing the receipt takes nothing from the entry: it is the journal that counts."),
        Text(fr="Cherchez « Votre reçu » dans vos messages, indésirables compris : le lien et le reçu y sont. Sinon, écrivez à {contact} depuis l’adresse avec laquelle vous avez participé. Ne publiez pas votre lien : qui l’a peut retirer votre participation. Avec le fichier du reçu, vérifiez ici :",
             en="Search your mail for “Your receipt”, the spam folder too: link and receipt are there. Otherwise write to {contact} from the address you entered with. Do not post your link: whoever has it can withdraw your entry. With the receipt’s file, check here:"),
    ]  # fmt: skip
    asked = Text(fr="J’ai perdu mon reçu", en="I have lost my receipt")
    return teller.reply("lost", asked, parts, Text(fr="Vérification d’un reçu", en="Check of a receipt"), "/verify")


def _won(teller: _Teller) -> Reply:
    stage, definition = teller.facts.stage, teller.definition
    asked = Text(fr="Qui a gagné ?", en="Who won?")
    if stage == "void":
        return teller.reply("won", asked, [_VOID], _REASON, _RESULTS)
    parts = [_REHEARSAL] if definition.draw.source == "rehearsal" else []
    if stage in DRAWN:
        if stage == "drawn":
            parts.append(Text(fr="Le tirage a eu lieu ; son résultat est provisoire. Les personnes tirées reçoivent un message privé, et les conditions sont vérifiées avant toute attribution.",
                              en="The draw has taken place; its result is provisional. The people drawn get a private message, and the conditions are checked before any prize is given."))  # fmt: skip
        else:
            parts.append(Text(fr="Le tirage a eu lieu et toutes les vérifications sont faites.",
                              en="The draw has taken place and all checks are done."))  # fmt: skip
        if definition.publication == "none":
            parts.append(Text(fr="Aucun nom n’est publié.", en="No name is published."))
        elif stage == "drawn":
            parts.append(Text(fr="Un nom ne paraît, dans la forme annoncée au règlement, qu’une fois le lot confirmé.",
                              en="A name appears, in the form that the rules announce, only once the prize is confirmed."))  # fmt: skip
        parts.append(Text(fr="Nous n’annonçons rien en commentaire et ne demandons jamais d’argent ni de coordonnées bancaires. Les résultats :",
                          en="We announce nothing in comments and never ask for money or bank details. The results:"))  # fmt: skip
    else:
        parts.append(Text(fr="Personne encore : le tirage est prévu le {draws}. Toute annonce d’ici là est une arnaque : signalez-la. Nous ne demandons jamais d’argent ni de coordonnées bancaires. Les résultats paraîtront ici :",
                          en="Nobody yet: the draw is due on {draws}. Any announcement before is a fraud: report it. We never ask for money or bank details. The results will appear here:"))  # fmt: skip
    return teller.reply("won", asked, parts, Text(fr="Résultats", en="Results"), _RESULTS)


def _impostor(teller: _Teller) -> Reply:
    part = Text(fr="Ce compte n’est pas le nôtre : ne cliquez pas, ne lui donnez rien et signalez-le. {organiser} ne demande jamais d’argent, de code ni de coordonnées bancaires ; ce que nous publions se lit ici :",
                en="That account is not ours: do not click, give it nothing, and report it. {organiser} never asks for money, codes or bank details; what we publish stands here:")  # fmt: skip
    asked = Text(fr="Un compte m’écrit que j’ai gagné", en="An account tells me that I won")
    return teller.reply("impostor", asked, [part], Text(fr="Résultats", en="Results"), _RESULTS)


_LOOK_UP = Text(fr="Recherche d’un commentaire", en="Look-up of a comment")


def _comment_taken(teller: _Teller) -> Reply:
    part = Text(fr="Merci pour votre commentaire ! Pour voir s’il compte, combien de chances il donne, et garder son reçu, tapez votre pseudo ici :",
                en="Thank you for your comment! To see whether it counts, how many chances it gives, and to keep its receipt, type your handle here:")  # fmt: skip
    asked = Text(fr="Mon commentaire compte-t-il ? (il compte)", en="Does my comment count? (it does)")
    return teller.reply("comment-taken", asked, [part], _LOOK_UP, "/comments")


def _comment_declined(teller: _Teller) -> Reply:
    parts = [Text(fr="Merci d’être là ! Il manque parfois un détail : votre pseudo, tapé ici, dit ce que le règlement demande encore.",
                  en="Thank you for being here! Sometimes a detail is missing: your handle, typed here, tells what the rules still ask for.")]  # fmt: skip
    if teller.facts.stage == "open":
        parts.append(Text(fr="Un commentaire modifié ou ajouté avant le {closes} est relu :",
                          en="A comment that is edited or added before {closes} is read again:"))  # fmt: skip
    asked = Text(fr="Mon commentaire compte-t-il ? (il ne compte pas)", en="Does my comment count? (it does not)")
    return teller.reply("comment-declined", asked, parts, _LOOK_UP, "/comments")


def _comment_unknown(teller: _Teller) -> Reply:
    part = Text(fr="La plateforme ne nous montre pas tout ce qu’il faut pour répondre tout de suite. Écrivez-nous à {contact} ; ce qui est déjà su se lit ici, avec votre pseudo :",
                en="The platform does not show us all it takes to answer at once. Write to {contact}; what is known already stands here, by your handle:")  # fmt: skip
    asked = Text(
        fr="Mon commentaire compte-t-il ? (on ne peut pas le savoir)", en="Does my comment count? (it cannot be known)"
    )
    return teller.reply("comment-unknown", asked, [part], _LOOK_UP, "/comments")
