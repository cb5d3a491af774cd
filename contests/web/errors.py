"""What goes wrong, said once: problem details (RFC 9457) to programs, a page to people."""

import logging
from typing import Any

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException

from contests.errors import Changed, NotFound, Refused, StageRefused, Text, Unavailable
from contests.web.render import language_of, page

log = logging.getLogger("contests.web")
Problem = Response[Any]

_SAID: dict[int, tuple[Text, Text]] = {
    400: (Text(fr="Requête illisible", en="Unreadable request"),
          Text(fr="Reprenez depuis la page précédente.", en="Start again from the page before.")),
    401: (Text(fr="Connexion nécessaire", en="Sign-in needed"), Text(fr="Connectez-vous.", en="Sign in.")),
    403: (Text(fr="Accès refusé", en="Access refused"),
          Text(fr="Votre rôle ne permet pas cette action, ou la page a expiré. Rechargez-la.",
               en="Your role does not allow this, or the page has expired. Reload it.")),
    404: (Text(fr="Page introuvable", en="Page not found"),
          Text(fr="Vérifiez l’adresse.", en="Check the address.")),
    405: (Text(fr="Méthode non prévue", en="Method not allowed"),
          Text(fr="Reprenez depuis la page du jeu.", en="Start again from the contest’s page.")),
    409: (Text(fr="Ce n’est plus, ou pas encore, possible", en="Not possible any more, or not yet"),
          Text(fr="Rechargez la page.", en="Reload the page.")),
    413: (Text(fr="Envoi trop volumineux", en="Too much data"),
          Text(fr="Raccourcissez ce que vous envoyez.", en="Send less.")),
    415: (Text(fr="Format non pris en charge", en="Format not supported"),
          Text(fr="Un formulaire ou du JSON était attendu.", en="A form or JSON was expected.")),
    422: (Text(fr="Ce n’a pas été accepté", en="This was not accepted"),
          Text(fr="Reprenez depuis la page précédente.", en="Start again from the page before.")),
    429: (Text(fr="Trop d’envois en peu de temps", en="Too many requests"),
          Text(fr="Patientez une minute et réessayez : rien n’est perdu.",
               en="Wait a minute and try again: nothing is lost.")),
    500: (Text(fr="Panne de notre côté", en="A fault on our side"),
          Text(fr="Rien n’a été enregistré. Réessayez dans un instant.",
               en="Nothing was recorded. Try again in a moment.")),
    503: (Text(fr="Service momentanément indisponible", en="Service unavailable for the moment"),
          Text(fr="Réessayez dans un instant.", en="Try again in a moment.")),
}  # fmt: skip


_NOT_OPEN = Text(fr="Cette adresse ne s’ouvre pas de cette façon.", en="This address does not open in this way.")


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """Say whether a program is asking: JSON was sent, or is preferred to HTML."""
    accept = request.headers.get("accept", "")
    return request.headers.get("content-type", "").startswith("application/json") or (
        "json" in accept and "text/html" not in accept
    )


def problem(
    status: int, code: str, title: str, detail: str, *, errors: list[dict[str, str]] | None = None
) -> Response[dict[str, Any]]:
    """Return problem details; `code` is stable, `errors` names fields."""
    body: dict[str, Any] = {"type": f"urn:contests:{code}", "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    return Response(
        body, status_code=status, media_type="application/problem+json", headers={"cache-control": "no-store"}
    )


def _answer(request: Request[Any, Any, Any], status: int, code: str, detail: Text, todo: Text | None = None) -> Problem:
    language = language_of(request)
    title, hint = _SAID.get(status, _SAID[400 if status < 500 else 500])
    if status == 403 and not request.url.path.startswith("/staff"):
        hint = _NOT_OPEN
    if wants_json(request):
        return problem(
            status, code, title(language), " ".join(filter(None, (detail(language), (todo or hint)(language))))
        )
    return page(
        request,
        "error.html",
        language,
        status=status,
        title=title(language),
        detail=detail(language),
        todo=(todo or hint)(language),
    )


def on_refused(request: Request[Any, Any, Any], refused: Refused) -> Problem:
    """A refusal of ours: 404, 409, 503 or 422."""
    sentence = Text(fr=refused.sentence("fr"), en=refused.sentence("en"))
    return _answer(request, status_of(refused), refused.code, sentence, Text("", ""))


def status_of(refused: Refused | None) -> int:
    """Return the status of a page that tells a refusal, or none."""
    if refused is None:
        return 200
    kinds = ((NotFound, 404), (StageRefused, 409), (Changed, 409), (Unavailable, 503))
    return next((status for kind, status in kinds if isinstance(refused, kind)), 422)


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Problem:
    """The framework's own refusals."""
    status = error.status_code
    if status in {403, 429}:
        log.warning("%s %s: refused with %d", request.method, request.scope.get("path_template", "?"), status)
    answer = _answer(request, status, f"http-{status}", _most(request) if status == 413 else Text("", ""))
    for name, value in (error.headers or {}).items():
        answer.headers[name.lower()] = value
    if status == 429:
        answer.headers.setdefault("retry-after", "60")
    return answer


def _most(request: Request[Any, Any, Any]) -> Text:
    """Say how much this address takes."""
    most = request.route_handler.resolve_request_max_body_size() or 0
    many, fr, en = (most >> 20, "Mo", "MB") if most >= 1 << 20 else (most >> 10, "Ko", "kB")
    return Text(fr=f"{many} {fr} au plus étaient attendus.", en=f"At most {many} {en} were expected.")


def on_fault(request: Request[Any, Any, Any], error: Exception) -> Problem:
    """A fault of ours: logged with its trace and without anything personal, never shown."""
    log.error(
        "%s %s: %s", request.method, request.scope.get("path_template", "?"), type(error).__name__, exc_info=error
    )
    named = request.scope["state"].get("request", "")
    try:
        return _answer(request, 500, "fault", Text(f"Référence : {named}.", f"Reference: {named}."))
    except Exception:  # noqa: BLE001 - the page itself is broken
        return Response("500", status_code=500, media_type=MediaType.TEXT)
