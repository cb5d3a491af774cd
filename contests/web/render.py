"""Templates to pages: one Jinja environment, gettext for the site's words, cards of facts in the reader's format."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import MediaType, Request, Response

import contests
from contests.campaign import codes
from contests.campaign.notices import notices
from contests.comment import SITES
from contests.dates import day_of, when
from contests.errors import LANGUAGES, Language, Text
from contests.web.headers import header

SPACES = (
    (re.compile(" (?=[;?!])"), "\N{NARROW NO-BREAK SPACE}"),
    (re.compile(" (?=[:»%€])|(?<=«) "), "\N{NO-BREAK SPACE}"),
)


def templates() -> Path:
    """Return the folder of templates: beside the package in a checkout, inside it in a wheel."""
    package = Path(contests.__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the site's words: English in the templates → `language`."""
    path = templates() / "locale" / f"{language}.po"
    if not path.exists():
        return {}
    messages = read_po(BytesIO(path.read_bytes()), locale=language)
    found: dict[str, str] = {}
    for message in messages:
        if isinstance(message.id, str):
            found[message.id] = str(message.string)
        else:
            found |= dict(zip(message.id, message.string or "", strict=True))
    return {english: said for english, said in found.items() if english and said}


@cache
def environment(language: Language) -> Environment:
    """Return the environment of one language; unknown names in a template are errors."""
    made = Environment(
        loader=FileSystemLoader(templates()),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = catalogue(language)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: words.get(message, message),
        lambda one, many, count: words.get(chosen := one if is_one(count, language) else many, chosen),
        newstyle=True,
    )
    made.globals |= {"language": language, "codes": codes, "version": contests.__version__, "asset": asset}
    made.filters |= {
        "notices": notices,
        "when": lambda at, zone="UTC": when(at, zone, language),
        "moment": lambda at, zone="UTC": when(at, zone, language, "d MMM y, HH:mm"),
        "date": lambda day: day_of(date.fromisoformat(day) if isinstance(day, str) else day, language),
        "day": lambda at, zone="UTC": when(at, zone, language, "d MMMM y"),
        "number": lambda value: format_decimal(value, locale=_locale(language)),
        "money": lambda value, currency: format_currency(Decimal(value), currency, locale=_locale(language)),
        "text": lambda text: spaced(text(language) if isinstance(text, Text) else text, language),
        "account": account_words,
        "share": lambda part, whole: f"{100 * part / whole:.2f}" if whole else "0",
    }
    return made


def account_words(key: str) -> str:
    """Return an account's key (`contests.comment.Account`) as people read it: the platform, then the handle or the id."""
    site, _, rest = key.partition("/")
    return f"{SITES.get(site, site)} · {rest.partition('/')[2]}"


def is_one(count: int, language: str) -> bool:
    """Say whether a count takes the singular: French gives it to zero as well."""
    return count == 1 or (count == 0 and language == "fr")


def spaced(said: str, language: str) -> str:
    """Return a sentence with the spaces that French does not break; English has none."""
    for pattern, space in SPACES if language == "fr" else ():
        said = pattern.sub(space, said)
    return said


def _locale(language: str) -> str:
    return "fr" if language == "fr" else "en_GB"


@cache
def asset(name: str) -> str:
    """Return the address of a built front-end file; its version is its time of change."""
    path = Path(__file__).parent / "static" / name
    version = int(path.stat().st_mtime) if path.exists() else 0
    return f"/static/{name}?v={version}"


def wanted_language(request: Request[Any, Any, Any], offered: tuple[Language, ...] = LANGUAGES) -> Language:
    """Return the language of the page: `?lang=`, else what the browser prefers, else the first one offered."""
    asked = request.query_params.get("lang", "")
    for language in offered:
        if language == asked:
            return language
    return _preferred(header(request, b"accept-language")[:200], offered)


def language_of(request: Request[Any, Any, Any]) -> Language:
    """Return the language of a member of staff, who chose one; else what the visitor asks for."""
    person = request.scope["state"].get("staff")
    asked = request.query_params.get("lang") or (person.language if person else "")
    return "fr" if asked == "fr" else "en" if asked == "en" else wanted_language(request)


@lru_cache(maxsize=512)
def _preferred(accepted: str, offered: tuple[Language, ...]) -> Language:
    ranked = []
    for part in accepted.split(","):
        tag, _, weight = part.partition(";q=")
        try:
            ranked.append((-float(weight or 1), tag.strip()[:2].lower()))
        except ValueError:
            continue
    for _, tag in sorted(ranked, key=lambda pair: pair[0]):
        for language in offered:
            if language == tag:
                return language
    return offered[0]


def rendered(
    template: str,
    language: Language,
    *,
    staff: object = None,
    csrf: str = "",
    path: str = "",
    four_eyes: bool = False,
    **context: Any,  # noqa: ANN401
) -> str:
    """Return a template as HTML; what is not given is that of a visitor whom nobody knows."""
    found = environment(language).get_template(template)
    return found.render(staff=staff, csrf=csrf, path=path, four_eyes=four_eyes, **context)


def page(
    request: Request[Any, Any, Any],
    template: str,
    language: Language,
    *,
    status: int = 200,
    cache_control: str = "no-store",
    headers: dict[str, str] | None = None,
    **context: Any,  # noqa: ANN401
) -> Response[str]:
    """Render a template with what every page needs."""
    state = request.scope.get("state", {})
    html = rendered(
        template,
        language,
        path=request.url.path,
        staff=state.get("staff"),
        four_eyes=request.app.state.desk.house.four_eyes,
        csrf=state.get("csrf", ""),
        **context,
    )
    return Response(
        html,
        media_type=MediaType.HTML,
        status_code=status,
        headers={"cache-control": cache_control, "vary": "Accept-Language", **(headers or {})},
    )
