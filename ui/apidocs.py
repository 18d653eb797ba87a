"""The API's page for people, /api/docs: what /api/openapi.json says, drawn here, because nothing is fetched from another host.

Owns the page; every word of it comes from the routes and their forms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from assistant.api import service_of
from ui.pages import html_page
from ui.theme import head

_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<title>API · {shop}</title>{head}</head><body class="sc-board"><div id="sc-top"><header class="sc-top"><a class="sc-brand" href="/">'
    '<span class="sc-mark"></span><span>{shop}</span><span class="sc-room">API</span></a><nav>'
    '<a class="sc-quiet" href="/api/openapi.json">OpenAPI</a></nav></header></div><main class="sc-api"><h1>The API</h1>'
    "<p>JSON in, JSON out. Chat, search and feedback are open to anybody, as the shop's page is, unless the shop has closed them; the rest "
    "needs a key with the right scope (<code>shopclerk keys create NAME --scope SCOPE</code>, sent as "
    "<code>Authorization: Bearer KEY</code>) or a signed-in account.</p>{groups}</main></body></html>"
)
_ROUTE = Markup(
    '<details class="sc-route"><summary><code class="sc-verb">{verb}</code> <code>{path}</code> <span>{title}</span></summary>'
    "{words}{takes}{gives}</details>"
)
_TABLE = Markup('<h3>{}</h3><div class="sc-scroll" tabindex="0" role="region" aria-label="{} of {}"><table><tbody>{}</tbody></table></div>')
_LINE = Markup('<tr><th scope="row"><code>{}</code></th><td>{}</td><td>{}</td></tr>')
router = APIRouter(include_in_schema=False)


@router.get("/api/docs")
def show(request: Request) -> Response:
    """The page."""
    document = request.app.openapi()
    groups: dict[str, list[Markup]] = {}
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            groups.setdefault(operation["tags"][0], []).append(_route(document, verb, path, operation))
    drawn = Markup("").join(Markup("<section><h2>{}</h2>{}</section>").format(tag, Markup("").join(parts)) for tag, parts in groups.items())
    return html_page(_PAGE.format(shop=service_of(request).shop.settings.shop_name, head=head(), groups=drawn))


def _route(document: Mapping[str, Any], verb: str, path: str, operation: Mapping[str, Any]) -> Markup:
    words = operation["description"].strip()
    title = words.split(". ")[0].split("\n")[0].rstrip(".")
    name = f"{verb.upper()} {path}"
    return _ROUTE.format(
        verb=verb.upper(),
        path=path,
        title=title,
        words="" if words.rstrip(".") == title else Markup("<p>{}</p>").format(words),
        takes=_table("It takes", name, [*_parameters(operation), *_fields(document, operation.get("requestBody", {}))]),
        gives=_table("It gives", name, list(_fields(document, operation["responses"].get("200", {})))),
    )


def _table(title: str, name: str, lines: list[tuple[str, str, str]]) -> Markup:
    return _TABLE.format(title, title, name, Markup("").join(_LINE.format(*line) for line in lines)) if lines else Markup("")


def _parameters(operation: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for parameter in operation.get("parameters", ()):
        required = " (required)" if parameter["required"] else ""
        yield parameter["name"], f"{parameter['in']}, {_type(parameter['schema'])}{required}", parameter.get("description", "")


def _fields(document: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(name, type, description) of what a body holds; of a list, of what its items hold."""
    schema: Mapping[str, Any] = next((content.get("schema", {}) for content in body.get("content", {}).values()), {})
    schema = _resolved(document, schema.get("items", schema))
    for name, field in schema.get("properties", {}).items():
        yield name, _type(field) + (" (required)" if name in schema.get("required", ()) else ""), field.get("description", "")


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref", "")
    found: Mapping[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema
    return found


def _type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return ", ".join(map(str, schema["enum"])) if "enum" in schema else str(schema.get("type", "anything"))
