"""The pages that Gradio does not draw: sign-in, invitation, account, errors, and the word to somebody at the wrong door.

They have no inline style or script, so that `CONTENT_POLICY` can forbid both.
"""

from __future__ import annotations

from markupsafe import Markup

from assistant.accounts import DESK_ROLES, INSIGHTS_ROLES
from assistant.store.records import Account
from ui.theme import head

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
"""What a page of ours may load: from here, and nothing that stands in the page itself."""

_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<title>{}</title>{}</head><body class="sc-page"><main class="sc-sheet">{}</main></body></html>'
)
_SIGN_IN = Markup(
    '<p class="sc-brand"><span class="sc-mark"></span>{shop}</p><h1>Sign in</h1><p class="sc-lead">For the people who work here.</p>{error}'
    '<form method="post" action="/signin"><input type="hidden" name="form" value="{form}"><input type="hidden" name="next" value="{next}">'
    '<label>Name<input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus '
    'maxlength="80" value="{username}"></label>'
    '<label>Password<input name="password" type="password" autocomplete="current-password" required maxlength="200"></label>'
    '<button type="submit">Sign in</button></form><p class="sc-hint"><a href="/">Back to the shop</a></p>'
)


def sign_in_page(shop: str, form: str, next: str, *, username: str = "", error: str = "") -> str:
    """The form. `form` is the signed token against forged posts, `next` the room to open afterwards."""
    shown = Markup('<p class="sc-error" role="alert">{}</p>').format(error) if error else ""
    body = _SIGN_IN.format(shop=shop, form=form, next=next, username=username, error=shown)
    return str(_PAGE.format(f"Sign in · {shop}", head(), body))


def refusal_page(account: Account, room: str) -> str:
    """What somebody sees whose role does not open this room."""
    open_rooms = [name for name, roles in (("/desk", DESK_ROLES), ("/insights", INSIGHTS_ROLES)) if account.role in roles]
    links = Markup(" ").join(Markup('<a class="sc-button" href="{0}/">{0}</a>').format(name) for name in open_rooms)
    body = Markup(
        '<h1>This room is not yours</h1><p class="sc-lead">You are signed in as {}, and the role {} does not open {}.</p>'
        '<p>{} </p><form method="post" action="/signout"><button type="submit" class="sc-quiet">Sign out</button></form>'
    ).format(account.username, account.role.value, room, links)
    return str(_PAGE.format("Not allowed", head(), body))
