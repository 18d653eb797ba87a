"""The one design language of the screens: a Gradio theme whose colours come from our stylesheet, and the page's head.

`assets/shopclerk.css` owns every colour, size and layout as CSS variables, light and dark, and is shared by the pages that
Gradio does not draw; this module only points Gradio's own widgets at them. Nothing is fetched from another host: text is set in
fonts that Gradio ships, with the system's behind them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

import gradio as gr
from gradio.themes.utils import fonts
from markupsafe import Markup

ASSETS_PATH = "/ui-assets"
_SERVED = {"shopclerk.css": "text/css", "page.js": "text/javascript", "widget.js": "text/javascript", "favicon.svg": "image/svg+xml"}


class Calm(gr.themes.Base):  # type: ignore[misc]
    """Gradio's widgets in the colours of `shopclerk.css`."""

    def __init__(self) -> None:
        super().__init__(
            font=(fonts.Font("Source Sans Pro"), "system-ui", "-apple-system", "Segoe UI", "sans-serif"),
            font_mono=("ui-monospace", "SFMono-Regular", "Menlo", "monospace"),
        )
        self.name = "calm"
        both = {
            "body_background_fill": "var(--sc-paper)",
            "body_text_color": "var(--sc-ink)",
            "body_text_color_subdued": "var(--sc-muted)",
            "background_fill_primary": "var(--sc-surface)",
            "background_fill_secondary": "var(--sc-sunken)",
            "border_color_primary": "var(--sc-line)",
            "border_color_accent": "var(--sc-accent)",
            "color_accent_soft": "var(--sc-accent-soft)",
            "block_background_fill": "transparent",
            "block_border_color": "var(--sc-line)",
            "input_background_fill": "var(--sc-surface)",
            "input_border_color": "var(--sc-line)",
            "input_border_color_focus": "var(--sc-accent)",
            "input_placeholder_color": "var(--sc-muted)",
            "button_primary_background_fill": "var(--sc-accent)",
            "button_primary_background_fill_hover": "var(--sc-accent-strong)",
            "button_primary_text_color": "var(--sc-on-accent)",
            "button_primary_border_color": "var(--sc-accent)",
            "button_secondary_background_fill": "var(--sc-surface)",
            "button_secondary_background_fill_hover": "var(--sc-sunken)",
            "button_secondary_text_color": "var(--sc-ink)",
            "button_secondary_border_color": "var(--sc-line)",
            "error_background_fill": "var(--sc-surface)",
            "error_border_color": "var(--sc-danger)",
            "error_text_color": "var(--sc-danger)",
            "link_text_color": "var(--sc-accent)",
        }
        shape = {
            "block_border_width": "0px",
            "block_shadow": "none",
            "block_padding": "0px",
            "layout_gap": "0px",
            "form_gap_width": "0px",
            "input_radius": "14px",
            "button_large_radius": "10px",
            "button_medium_radius": "10px",
            "button_small_radius": "8px",
            "button_small_text_weight": "600",
            "button_medium_text_weight": "600",
            "input_text_size": "1rem",
            "shadow_drop": "none",
            "shadow_drop_lg": "none",
        }
        super().set(**both, **{f"{name}_dark": value for name, value in both.items() if f"{name}_dark" in _DARKABLE}, **shape)


_DARKABLE = frozenset(gr.themes.Base.set.__annotations__) | frozenset(gr.themes.Base.set.__code__.co_varnames)


@cache
def asset(name: str) -> tuple[bytes, str]:
    """Content and media type of a file that the pages may load.

    Raises:
        KeyError: it is none of them.
    """
    media_type = _SERVED[name]
    return files("ui").joinpath("assets", name).read_bytes(), media_type


def script(name: str) -> str:
    """A script of the assets that Gradio runs inside a component."""
    return files("ui").joinpath("assets", name).read_text(encoding="utf-8")


def asset_url(name: str) -> str:
    """Where an asset is served; the address changes with the content, so that it may be cached for ever."""
    return f"{ASSETS_PATH}/{_digest(name)}/{name}"


def asset_tag(name: str) -> str:
    """An ETag of an asset whose address stays."""
    return f'"{_digest(name)}"'


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(asset(name)[0]).hexdigest()[:12]


def head() -> Markup:
    """What every page of ours has in its head."""
    return Markup(
        '<link rel="stylesheet" href="{}"><link rel="icon" href="{}" type="image/svg+xml">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="same-origin"><script src="{}" defer></script>'
    ).format(asset_url("shopclerk.css"), asset_url("favicon.svg"), asset_url("page.js"))
