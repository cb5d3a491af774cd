"""Signals: what makes an entry worth a second look. They point; only a person decides, and nobody is left out by them.

Pure: what is stored of an entry in, signals out. Some are about one entry alone; the others are about what several
people have in common, known by a `cluster` that is the same for all of them.
"""

import re
from collections.abc import Mapping
from hashlib import sha256

import msgspec

from contests.entry import fold, household
from contests.errors import Text
from contests.rules.disposable_email import is_disposable

SHORTEST_TEXT = 20  # folded characters; shorter answers are alike by nature
_PROVIDERS = """
gmail.com googlemail.com outlook.com outlook.fr outlook.be outlook.de hotmail.com hotmail.fr hotmail.be hotmail.de hotmail.it
hotmail.es hotmail.co.uk live.com live.fr live.be live.nl live.co.uk msn.com yahoo.com yahoo.fr yahoo.de yahoo.es yahoo.it
yahoo.co.uk yahoo.com.br yahoo.co.jp ymail.com rocketmail.com aol.com aol.fr icloud.com me.com mac.com appleid.com proton.me
protonmail.com protonmail.ch pm.me tuta.com tuta.io tutanota.com fastmail.com fastmail.fm zoho.com hey.com mail.com duck.com
mozmail.com orange.fr wanadoo.fr free.fr libertysurf.fr aliceadsl.fr sfr.fr neuf.fr cegetel.net club-internet.fr numericable.fr
noos.fr bbox.fr laposte.net voila.fr tele2.fr 9online.fr mailo.com net-c.com netcourrier.com pt.lu vo.lu internet.lu tango.lu
skynet.be telenet.be proximus.be scarlet.be voo.be bluewin.ch hispeed.ch sunrise.ch gmx.com gmx.fr gmx.de gmx.net gmx.ch gmx.at
web.de t-online.de freenet.de mail.de posteo.de posteo.net mailbox.org libero.it virgilio.it tiscali.it alice.it tin.it
telefonica.net terra.es sapo.pt ziggo.nl kpnmail.nl planet.nl xs4all.nl hetnet.nl home.nl btinternet.com sky.com virginmedia.com
talktalk.net ntlworld.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net rogers.com shaw.ca
videotron.ca sympatico.ca mail.ru yandex.ru yandex.com bk.ru list.ru inbox.ru ukr.net wp.pl o2.pl onet.pl interia.pl seznam.cz
centrum.cz abv.bg qq.com 163.com 126.com sina.com naver.com hanmail.net daum.net docomo.ne.jp ezweb.ne.jp softbank.ne.jp
rediffmail.com uol.com.br bol.com.br terra.com.br
"""
PROVIDERS = frozenset(_PROVIDERS.split())
"""Where everybody may have a mailbox, one by one: many people there say nothing (by hand, November 2026)."""
_UNDER = frozenset(("ac", "asso", "co", "com", "edu", "gob", "gouv", "gov", "ne", "net", "nom", "or", "org"))
_NOBODYS = (".example", ".test", ".invalid")
"""Kept for examples (RFC 2606): no mail is delivered there, so nobody owns a domain."""
_MADE_UP = re.compile(r"[\W\d_]+")


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One kind: its words, what it tells and what it does not, and how strongly it points.

    `steps` are (people who have it in common, strength from then on), rising; for a signal of one entry: from 1 on.
    """

    title: Text
    tells: Text
    steps: tuple[tuple[int, int], ...]

    def strength(self, size: int = 1) -> int:
        """Return how strongly it points when `size` people have it in common; 0: not at all."""
        return max((strength for people, strength in self.steps if people <= size), default=0)


SIGNALS: dict[str, Signal] = {
    "trap": Signal(
        title=Text(fr="Champ caché rempli", en="Hidden field filled in"),
        tells=Text(
            fr="Les personnes ne voient pas ce champ ; un programme ou un gestionnaire de mots de passe le remplit.",
            en="People do not see this field; a program or a password manager fills it in.",
        ),
        steps=((1, 5),),
    ),
    "bad-proof": Signal(
        title=Text(fr="Preuve de calcul refusée", en="Proof of work refused"),
        tells=Text(
            fr="Fausse, périmée ou déjà utilisée. Un formulaire laissé ouvert plus de vingt minutes suffit.",
            en="Wrong, too old or used before. A form left open for more than twenty minutes is enough.",
        ),
        steps=((1, 4),),
    ),
    "burst": Signal(
        title=Text(fr="Rafale depuis un réseau", en="Burst from one network"),
        tells=Text(
            fr="Beaucoup d’envois du même réseau en une minute. Une école, un bureau ou un salon font de même. Le réseau n’est pas gardé.",
            en="Many sendings from one network within a minute. A school, an office or a fair do the same. The network is not kept.",
        ),
        steps=((1, 3),),
    ),
    "too-fast": Signal(
        title=Text(fr="Rempli trop vite", en="Filled in too fast"),
        tells=Text(
            fr="Envoyé plus vite que l’on ne lit. Le remplissage automatique d’un navigateur est presque aussi rapide.",
            en="Sent faster than one reads. A browser that fills forms in by itself is almost as fast.",
        ),
        steps=((1, 3),),
    ),
    "same-answers": Signal(
        title=Text(fr="Même texte que d’autres", en="Same text as others"),
        tells=Text(
            fr="Trois personnes au moins ont écrit le même texte, sans compter casse, accents et ponctuation.",
            en="Three people or more wrote the same text, whatever the case, accents and punctuation.",
        ),
        steps=((3, 2), (5, 3), (10, 5)),
    ),
    "same-household": Signal(
        title=Text(fr="Même foyer que d’autres", en="Same household as others"),
        tells=Text(
            fr="Même rue, même numéro, même code postal. Une famille a le droit de participer, sauf clause contraire.",
            en="Same street line and postcode. A family may enter, unless the rules say otherwise.",
        ),
        steps=((2, 1), (4, 2), (8, 4)),
    ),
    "alike-address": Signal(
        title=Text(fr="Adresses en série", en="Addresses in a series"),
        tells=Text(
            fr="Cinq personnes au moins ont, au même domaine, une adresse qui ne diffère que par des chiffres, des points ou ce qui suit un +. "
            "Chez un grand fournisseur, un prénom courant suivi d’une année fait de même.",
            en="Five people or more have, at the same domain, an address that differs only by digits, dots or what follows a +. "
            "At a large provider, a common first name with a year does the same.",
        ),
        steps=((5, 1), (20, 2), (100, 4)),
    ),
    "same-domain": Signal(
        title=Text(fr="Même domaine d’e-mail, peu courant", en="Same e-mail domain, not a common one"),
        tells=Text(
            fr="Dix personnes au moins ont une adresse à ce domaine, qui n’est pas celui d’un grand fournisseur. Une entreprise, une école ou un "
            "petit fournisseur font de même ; à qui possède un domaine, tous les noms y sont ouverts.",
            en="Ten people or more have an address at this domain, which is not a large provider’s. A company, a school or a small provider does "
            "the same; whoever owns a domain can have every name there.",
        ),
        steps=((10, 1), (50, 2)),
    ),
    "disposable": Signal(
        title=Text(fr="Adresse e-mail jetable", en="Disposable e-mail address"),
        tells=Text(
            fr="Le domaine est sur une liste publique d’adresses jetables. Certains s’en servent pour éviter la publicité.",
            en="The domain is on a public list of throw-away addresses. Some people use them to avoid advertising.",
        ),
        steps=((1, 2),),
    ),
    "none-proof": Signal(
        title=Text(fr="Envoyé sans JavaScript", en="Sent without JavaScript"),
        tells=Text(
            fr="Sans preuve de calcul : l’adresse a été confirmée par un lien. C’est permis ; signal faible, seul.",
            en="Without proof of work: the address was confirmed by a link. That is allowed; a weak sign by itself.",
        ),
        steps=((1, 1),),
    ),
}
SHARED = frozenset({"same-answers", "same-household", "alike-address", "same-domain"})


class Asked(msgspec.Struct, frozen=True):
    """Which answers to compare: the names of the free texts, of the street line and of the postcode (empty: none)."""

    texts: tuple[str, ...] = ()
    street: str = ""
    postcode: str = ""


def signals_of(values: Mapping[str, str], address: str, asked: Asked) -> dict[str, str]:
    """Return what an entry shows by itself: kind → cluster, which is empty for a signal of one entry alone.

    `address` is the e-mail address as it is compared; empty where somebody came without one.
    """
    found = _of_address(address) if address else {}
    place = household({"street": values.get(asked.street, ""), "postcode": values.get(asked.postcode, "")})
    if place:
        found["same-household"] = _cluster("same-household", place)
    text = "\n".join(fold(values.get(name, "")) for name in asked.texts)
    if len(text.replace("\n", "")) >= SHORTEST_TEXT:
        found["same-answers"] = _cluster("same-answers", text)
    return found


def _of_address(address: str) -> dict[str, str]:
    local, _, domain = address.rpartition("@")
    if is_disposable(domain):
        return {"disposable": ""}
    found, owner = {}, registered(domain)
    if owner not in PROVIDERS and not owner.endswith(_NOBODYS):
        found["same-domain"] = _cluster("same-domain", owner)
    stem = _MADE_UP.sub("", local.partition("+")[0])
    if stem and ("+" in local or any(letter.isdigit() for letter in local)):
        found["alike-address"] = _cluster("alike-address", f"{stem}@{owner}")
    return found


def registered(domain: str) -> str:
    """Return the part of a domain that somebody registered, well enough for comparing: subdomains cost nothing."""
    labels = domain.split(".")
    deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _UNDER
    return ".".join(labels[-3:] if deep else labels[-2:])


def strength(kind: str, size: int = 1) -> int:
    """Return how strongly a kind points; a mark that is not in the table points weakly."""
    return SIGNALS[kind].strength(size) if kind in SIGNALS else 1


def _cluster(kind: str, text: str) -> str:
    return sha256(f"{kind}\n{text}".encode()).hexdigest()[:32]
