"""What an application's pages show of its addresses and forms: every link and form that somebody can reach.

The OpenAPI document names addresses and what varies in them; which values lead somewhere, and which fields a form has,
only the pages tell.
"""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

MOST_VALUES = 12
Values = dict[str, list[str]]


def note(values: Values, name: str, value: str) -> None:
    """Keep a value of a field, once, as long as there is room."""
    held = values.setdefault(name, [])
    if value not in held and len(held) < MOST_VALUES:
        held.append(value)


class Reading(HTMLParser):
    """Links and forms of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str, Values, set[str]]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what matters of a tag."""
        at = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in at:
            self.links.append(at["href"])
        elif tag == "form":
            self.forms.append((at.get("method", "get").lower(), at.get("action", ""), {}, set()))
        elif tag in {"input", "button", "select", "textarea"} and at.get("name") and self.forms:
            _, _, values, files = self.forms[-1]
            self._select = at["name"] if tag == "select" else ""
            if at.get("type") == "file":
                files.add(at["name"])
            else:
                note(values, at["name"], at.get("value", ""))
        elif tag == "option" and self._select and self.forms:
            note(self.forms[-1][2], self._select, at.get("value", ""))


class Map:
    """By path of the OpenAPI document: values of its parameters that lead somewhere, queries, forms' fields and files."""

    def __init__(self, document: dict[str, Any]) -> None:
        paths = sorted(document["paths"], key=lambda path: (path.count("{"), path))
        self._paths = [
            (path, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))) for path in paths
        ]
        self.places: dict[str, list[dict[str, str]]] = defaultdict(list)
        self.queries: dict[str, Values] = defaultdict(dict)
        self.fields: dict[str, Values] = defaultdict(dict)
        self.files: dict[str, set[str]] = defaultdict(set)

    def place(self, address: str, most: int) -> bool:
        """Note where an address leads; say whether it is worth a visit."""
        parts = urlsplit(address)
        for path, shape in self._paths:
            if found := shape.fullmatch(parts.path):
                for name, value in parse_qsl(parts.query, keep_blank_values=True):
                    note(self.queries[path], name, value)
                values = {name: unquote(value) for name, value in found.groupdict().items()}
                if values in self.places[path] or len(self.places[path]) >= most:
                    return False
                self.places[path].append(values)
                return True
        return False

    def _form(self, here: str, form: tuple[str, str, Values, set[str]], most: int) -> None:
        method, action, values, files = form
        address = urlsplit(action or here).path
        self.place(address, most)
        path = next((path for path, shape in self._paths if shape.fullmatch(address)), "")
        for name, held in values.items():
            for value in held:
                note((self.fields if method == "post" else self.queries)[path], name, value)
        self.files[path] |= files

    def crawl(self, get: Callable[[str], str], starts: Iterable[str], most: int) -> None:
        """Follow links from the starts, `most` addresses of each path; `get` gives a page, empty for what is none."""
        waiting = deque(starts)
        for start in waiting:
            self.place(start, 10**6)
        while waiting:
            here = waiting.popleft()
            page = Reading()
            page.feed(get(here))
            for form in page.forms:
                self._form(here, form, most)
            for link in page.links:
                if link.startswith("/") and not link.startswith("//"):
                    address = link.partition("#")[0]
                    if self.place(address, most):
                        waiting.append(address)

    def guess(self) -> None:
        """Give addresses that no page links to the values of the longest one that they begin with."""
        for path, _ in self._paths:
            names = sorted(re.findall(r"\{(\w+)\}", path))
            known = [other for other, _ in self._paths
                     if self.places[other] and path.startswith(other) and sorted(re.findall(r"\{(\w+)\}", other)) == names]  # fmt: skip
            if names and not self.places[path] and known:
                self.places[path] = list(self.places[max(known, key=len)])


def described(document: dict[str, Any], seen: Map) -> dict[str, Any]:
    """Return the document with the queries and the forms that pages have."""
    paths = {}
    for path, methods in document["paths"].items():
        own = paths[path] = {method: dict(told) for method, told in methods.items()}
        if "get" in own:
            asked = [
                {"name": name, "in": "query", "schema": _value(held)}
                for name, held in sorted(seen.queries[path].items())
            ]
            own["get"]["parameters"] = [*own["get"].get("parameters", []), *asked]
        if "post" in own:
            own["post"]["requestBody"] = {"content": _bodies(seen.fields[path], seen.files[path])}
    return document | {"paths": paths}


def _value(held: list[str]) -> dict[str, Any]:
    return {"anyOf": [{"enum": sorted(held)}, {"type": "string", "maxLength": 300}]}


def _bodies(fields: Values, files: set[str]) -> dict[str, Any]:
    texts = {name: _value(held) for name, held in sorted(fields.items())}
    uploads = {name: {"type": "string", "format": "binary"} for name in sorted(files)}
    shape = {
        "type": "object",
        "properties": texts,
        "required": sorted(texts),
        "additionalProperties": {"type": "string"},
    }
    whole = shape | {"properties": texts | uploads, "required": sorted({**texts, **uploads})}
    return {
        "application/x-www-form-urlencoded": {"schema": shape},
        "multipart/form-data": {"schema": whole},
        "application/json": {"schema": shape},
    }
