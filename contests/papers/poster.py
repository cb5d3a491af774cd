"""A poster to print, A4 or A3, the same bytes each time.

As with the minutes, what a campaign says reaches the template as data and is only ever shown as text; the fonts
are those inside the renderer, and no file is read.
"""

import re
from datetime import datetime
from typing import Literal

import msgspec

from contests.campaign.definition import Campaign
from contests.errors import Language, Text
from contests.papers.qr import qr_svg
from contests.papers.terms import short_terms, shortened
from contests.papers.voice import Voice

Size = Literal["a4", "a3"]
SIZES: tuple[Size, ...] = ("a4", "a3")
# What the renderer's own fonts can show; other signs are left out of a poster.
_UNSHOWN = re.compile(
    "[^ -~\u00a0-\u017f\u0192\u0218-\u021b\u0391-\u03a1\u03a3-\u03c9\u0401-\u045f\u2010-\u2027\u202f-\u203a\u20ac\u2116\u2122]+"
)

_TEMPLATE = r"""
#let poster = json(bytes(sys.inputs.poster))
#let brand = rgb(poster.brand)
#let on = rgb(poster.on)
#let ink = rgb("#161412")
#let quiet = rgb("#57534e")
#let u = if poster.size == "a3" { 1.41421 * 1mm } else { 1mm }
#set document(title: poster.title, author: poster.organiser, date: datetime(..poster.date))
#set page(paper: poster.size, margin: 0mm, fill: white, background: {
  place(top + left, box(width: 100%, height: 142 * u, fill: brand, clip: true, {
    for n in range(18) {
      let radius = (38 + n * 9) * u
      place(top + left, dx: 214 * u - radius, dy: -16 * u - radius, circle(radius: radius, stroke: 0.35 * u + on.transparentize(86%)))
    }
  }))
  if poster.ghost != "" {
    place(center + horizon, rotate(-52deg, text(size: 46 * u, weight: "bold", fill: rgb("#b91c1c").transparentize(80%), poster.ghost)))
  }
})
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), size: 5 * u, fill: ink, lang: poster.language, hyphenate: false, number-type: "lining")
#set par(leading: 0.42em, spacing: 0.6em)
#let fitted(body, width, height, sizes, at: horizon, side: left) = context {
  let fits = sizes.filter(size => measure(box(width: width, text(size: size * u, body))).height <= height)
  let size = fits.at(0, default: sizes.last())
  box(width: width, height: height, clip: true, align(side + at, text(size: size * u, body)))
}
#let kicker(body) = text(size: 3.6 * u, fill: quiet, tracking: 0.06em, upper(body))

#place(dx: 16 * u, dy: 15 * u, {
  set text(fill: on)
  if poster.logo != none {
    box(fill: white, radius: 2 * u, inset: (x: 4 * u, y: 3 * u), height: 20 * u, image(bytes(poster.logo), height: 14 * u, width: 60 * u, fit: "contain", alt: poster.organiser))
  } else {
    box(width: 178 * u, height: 20 * u, fitted(strong(poster.organiser), 178 * u, 20 * u, (8, 7, 6, 5)))
  }
})
#place(dx: 16 * u, dy: 41 * u, fitted(text(fill: on, heading(level: 1, text(size: 1em, poster.title))), 178 * u, 64 * u, (25, 22, 19.5, 17, 15, 13, 11.5, 10, 9)))
#place(dx: 16 * u, dy: 108 * u, fitted(text(fill: on, poster.summary), 178 * u, 24 * u, (7, 6.4, 5.8, 5.2, 4.7, 4.2), at: top))

#place(dx: 16 * u, dy: 152 * u, box(width: 84 * u, height: 106 * u, {
  kicker(poster.won)
  v(1 * u)
  fitted(stack(spacing: 0.55em, ..poster.prizes.map(prize => strong(prize))), 84 * u, 47 * u, (8.4, 7.6, 6.9, 6.2, 5.6, 5.0, 4.5, 4.0), at: top)
  v(1 * u)
  kicker(poster.until)
  v(-0.4 * u)
  fitted(strong(poster.closes), 84 * u, 12 * u, (8.4, 7.4, 6.6, 5.8, 5))
  v(-1.5 * u)
  text(size: 3.8 * u, fill: quiet, poster.zone)
  if poster.free != "" {
    v(0.2 * u)
    box(fill: brand, radius: 1.6 * u, inset: (x: 3 * u, y: 2 * u), text(fill: on, size: 4.6 * u, strong(poster.free)))
  }
}))
#place(dx: 108 * u, dy: 128 * u, box(fill: white, stroke: 0.4 * u + rgb("#d6d3d1"), radius: 4 * u, width: 86 * u, inset: 4 * u, align(center, {
  image(bytes(poster.qr), format: "svg", width: 78 * u, alt: poster.address)
  v(-1.5 * u)
  text(size: 6.4 * u, strong(poster.scan))
  v(-1.6 * u)
  fitted(text(font: "DejaVu Sans Mono", poster.pieces.map(piece => box(piece)).join(sym.zws)), 78 * u, 15 * u, (4.6, 4.1, 3.7, 3.3, 2.9, 2.5), side: center)
  v(1 * u)
})))
#place(dx: 16 * u, dy: 260 * u, box(width: 178 * u, height: 30 * u, {
  line(length: 100%, stroke: 0.3 * u + rgb("#d6d3d1"))
  v(-1 * u)
  fitted(text(fill: quiet, poster.terms), 178 * u, 26 * u, (3.6, 3.3, 3.0, 2.7), at: top)
}))
"""
_WON = Text(fr="À gagner", en="To be won")
_UNTIL = Text(fr="Jusqu’au", en="Until")
_SCAN = Text(fr="Scannez pour participer", en="Scan to enter")
_DRAW = Text(fr="Tirage au sort : {draws}", en="Prize draw: {draws}")
_OPENS = Text(fr="Ouvert du {opens} au {closes} ({zone})", en="Open from {opens} to {closes} ({zone})")
_ORGANISER = Text(
    fr="Organisateur : {name}, {form}, {registration}, {address}",
    en="Organiser: {name}, {form}, {registration}, {address}",
)
_VALUE = Text(fr="Valeur totale des lots : {value} TTC", en="Total value of the prizes: {value}, tax included")
_RULES = Text(
    fr="Règlement complet et preuve du tirage : {address}/rules", en="Full rules and proof of the draw: {address}/rules"
)
_MORE = (Text(fr="et {n} autre lot", en="and {n} more prize"), Text(fr="et {n} autres lots", en="and {n} more prizes"))
_GHOST = Text(fr="RÉPÉTITION", en="REHEARSAL")
_SHOWN = 4


def poster_pdf(
    campaign: Campaign, language: Language, size: Size, *, site: str, link: str, logo: bytes = b"", at: datetime
) -> bytes:
    """Return one sheet, dated `at`. `site` is the contest's address as printed, `link` what the code holds.

    A logo that the renderer cannot read is left out: the organiser's name stands there instead.
    """
    data = _facts(campaign, language, size, site, link, at)
    try:
        return _compiled({**data, "logo": list(logo) or None}, at)
    except RuntimeError:
        if not logo:
            raise
        return _compiled({**data, "logo": None}, at)


def _compiled(data: dict[str, object], at: datetime) -> bytes:
    import typst  # large, and needed by few pages

    return typst.compile(
        _TEMPLATE.encode(),
        format="pdf",
        pdf_standards=["ua-1"],
        font_paths=typst.Fonts(include_system_fonts=False),
        timestamp=at,
        sys_inputs={"poster": msgspec.json.encode(data).decode()},
    )


def _facts(campaign: Campaign, language: Language, size: Size, site: str, link: str, at: datetime) -> dict[str, object]:
    terms = short_terms(campaign, language)
    voice = Voice(campaign=campaign, language=language, version=1, numbers={})
    own = campaign.organiser
    prizes = [_shown(prize, 90) for prize in terms.prizes[:_SHOWN]]
    left = sum(prize.quantity for prize in campaign.prizes[_SHOWN:])
    if left:
        prizes.append(voice.count(left, _MORE))
    small = voice.sentences(
        terms.who,
        voice.say(_OPENS, opens=terms.opens, closes=terms.closes, zone=terms.zone),
        voice.say(_DRAW, draws=terms.draws),
        voice.say(_VALUE, value=terms.value) if terms.value else "",
        voice.say(_ORGANISER, name=own.name, form=own.legal_form, registration=own.registration, address=own.address),
        voice.say(_RULES, address=site),
    )
    return {
        "size": size,
        "language": language,
        "date": {name: getattr(at, name) for name in ("year", "month", "day")},
        "brand": campaign.brand.colour,
        "on": campaign.brand.on_colour,
        "title": _shown(terms.title, 160),
        "summary": _shown(terms.summary, 260),
        "organiser": _shown(terms.organiser, 120),
        "won": voice.say(_WON),
        "prizes": prizes,
        "until": voice.say(_UNTIL),
        "closes": terms.closes,
        "zone": terms.zone,
        "free": terms.free,
        "scan": voice.say(_SCAN),
        "address": site,
        "pieces": _address(site),
        "qr": qr_svg(link, "print").decode(),
        "terms": _shown(small, 1200),
        "ghost": _GHOST(language) if campaign.draw.source == "rehearsal" else "",
    }


def _address(site: str) -> list[str]:
    """Return the address as it is typed, in pieces between which a line may end."""
    return re.findall(r"[^/.]{1,24}[/.]?|[/.]", site.removeprefix("https://"))


def _shown(text: str, most: int) -> str:
    """Return `text` in signs that the fonts have, any very long word breakable."""
    said = shortened(_UNSHOWN.sub("", text), most)
    return re.sub(r"\S{24,}", lambda word: "\N{ZERO WIDTH SPACE}".join(re.findall(r".{1,10}", word[0])), said)
