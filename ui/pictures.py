"""A quiet drawing for every product, inline, so that no picture is ever fetched from elsewhere.

The drawing follows from the product's kind, its tint likewise; `assets/pictures.toml` is the one place to add one.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from assistant.store.records import Product

_WORD = re.compile(r"[\w-]+")
HUES = 24
"""So many tints, each a class of the stylesheet: an attribute `style` would not pass a strict content security policy."""
_SVG = Markup('<svg class="sc-picture sc-hue-{}" viewBox="0 0 48 48" aria-hidden="true" focusable="false"><path d="{}"/></svg>')


def picture(product: Product) -> Markup:
    """The product's drawing as SVG, decorative: it says nothing that the text does not."""
    hue, path = drawing(product)
    return _SVG.format(hue * HUES // 360, path)


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
