"""A product's photograph, where the shop says in `pictures` from which addresses one may come; for all others a quiet drawing, inline.

Nothing is ever fetched from anywhere else, and no photograph without HTTPS. The drawing follows from the product's kind, its tint likewise;
`assets/pictures.toml` is the one place to add one.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from markupsafe import Markup

from assistant.store.records import Product

_WORD = re.compile(r"[\w-]+")
HUES = 24
"""So many tints, each a class of the stylesheet: an attribute `style` would not pass a strict content security policy."""
_PHOTO = Markup(
    '<span class="sc-picture sc-photo sc-hue-{}"><img src="{}" alt="Photo of {}" loading="lazy" decoding="async" '
    'referrerpolicy="no-referrer"></span>'
)
_SVG = Markup('<svg class="sc-picture sc-hue-{}" viewBox="0 0 48 48" aria-hidden="true" focusable="false"><path d="{}"/></svg>')


def picture(product: Product, origins: Collection[str] = ()) -> Markup:
    """The product's photograph if it comes from one of `origins`; else its drawing, decorative: it says nothing that the text does not.

    Where the photograph does not load, its words stand on the drawing's tint.
    """
    hue, path = drawing(product)
    if url := photo(product, origins):
        return _PHOTO.format(hue * HUES // 360, url, product.name)
    return _SVG.format(hue * HUES // 360, path)


def photo(product: Product, origins: Collection[str]) -> str:
    """The address of the product's photograph, if it is under HTTPS at one of these origins; else empty."""
    try:
        parts = urlsplit(product.image.strip())
    except ValueError:  # what stands in a catalogue's field need be no address at all
        return ""
    return parts.geturl() if parts.scheme == "https" and f"https://{parts.netloc.lower()}" in origins else ""


def drawing(product: Product) -> tuple[int, str]:
    """The tint in degrees, and the drawing as an SVG path of 48 by 48, to be stroked."""
    tint = zlib.crc32((product.style or product.category or product.name).lower().encode()) % HUES
    return tint * 360 // HUES, _path_for(product.style, product.name, product.category)


@cache
def _pictures() -> tuple[tuple[frozenset[str], str], ...]:
    blocks = tomllib.loads(files("ui").joinpath("assets/pictures.toml").read_text(encoding="utf-8"))["picture"]
    return tuple((frozenset(block["words"]), block["path"]) for block in blocks)


def _path_for(*texts: str) -> str:
    for text in texts:
        words = set(_WORD.findall(text.lower()))
        for names, path in _pictures():
            if names & words:
                return path
    return _pictures()[-1][1]
