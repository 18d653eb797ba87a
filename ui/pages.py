"""The pages that Gradio does not draw: sign-in, invitation, account, errors, and the word to somebody at the wrong door.

They have no inline style or script, so that `CONTENT_POLICY` can forbid both.
"""

from __future__ import annotations

from collections.abc import Iterable

from fastapi.responses import HTMLResponse
from markupsafe import Markup

from assistant.accounts import DESK_ROLES, INSIGHTS_ROLES, LONGEST_SHOWN, SHORTEST_PASSWORD
from assistant.store.records import Account, AccountRole
from ui.theme import head

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
"""What a page of ours may load: from here, and nothing that stands in the page itself."""


def policy(photos: Iterable[str] = ()) -> str:
    """`CONTENT_POLICY`, with photographs from these origins as well."""
    return CONTENT_POLICY.replace("img-src 'self' data:", " ".join(["img-src 'self' data:", *photos]))


_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<title>{}</title>{}</head><body class="sc-page"><main class="sc-sheet">{}</main></body></html>'
)
_BRAND = Markup('<p class="sc-brand"><span class="sc-mark"></span>{}</p>')
_SIGN_IN = Markup(
    '<h1>Sign in</h1><p class="sc-lead">For the people who work here.</p>{error}'
    '<form method="post" action="/signin"><input type="hidden" name="form" value="{form}"><input type="hidden" name="next" value="{next}">'
    '<label>Name<input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus '
    'maxlength="80" value="{username}"></label>'
    '<label>Password<input name="password" type="password" autocomplete="current-password" required maxlength="200"></label>'
    '<button type="submit">Sign in</button></form>{elsewhere}<p class="sc-hint"><a href="/">Back to the shop</a></p>'
)
_ELSEWHERE = Markup(
    '<p class="sc-or"><span>or</span></p><p><a class="sc-button sc-wide-button" href="/signin/elsewhere?next={}">Sign in with {}</a></p>'
)
_NEW_PASSWORD = Markup(
    '<label>{label}<input name="password" type="password" autocomplete="new-password" required minlength="{shortest}" maxlength="200" '
    'aria-describedby="rule"></label><p class="sc-hint" id="rule">At least {shortest} characters; a few words do well.</p>'
)
_INVITED = Markup(
    '<h1>Welcome, {name}</h1><p class="sc-lead">Choose a password to open your account as {role}. This link works once.</p>{error}'
    '<form method="post"><input type="hidden" name="form" value="{form}">'
    '<input type="hidden" name="username" autocomplete="username" value="{name}">{password}'
    '<button type="submit">Open my account</button></form>'
)
_ACCOUNT = Markup(
    '<h1>{name}</h1><p class="sc-lead">Your role is {role}. {rooms}</p>{notice}{error}{called}<h2>Change the password</h2>'
    '<form method="post" action="/account"><input type="hidden" name="form" value="{form}">'
    '<input type="hidden" name="username" autocomplete="username" value="{name}">'
    '<label>Present password<input name="old" type="password" autocomplete="current-password" required maxlength="200"></label>'
    '{password}<button type="submit">Change it</button></form><p class="sc-hint">You are signed in at {sessions}. Changing the password '
    'signs you out at all the others.</p><form method="post" action="/signout">'
    '<button type="submit" class="sc-quiet">Sign out</button></form>'
)
_CALLED = Markup(
    '<h2>What customers read</h2><form method="post" action="/account/name"><input type="hidden" name="form" value="{form}">'
    '<label>Your name in chats<input name="shown_as" maxlength="{longest}" value="{shown_as}" placeholder="a colleague" '
    'autocomplete="given-name" aria-describedby="shown"></label><p class="sc-hint" id="shown">Your login is never shown to customers. Left '
    'empty, they read “a colleague”.</p><button type="submit">Save it</button></form>'
)
_PEOPLE = Markup(
    '<h1>People</h1><p class="sc-lead">Who works here, and what they may do. Whoever is shut out is signed out at once.</p>{notice}{error}'
    '<ul class="sc-people">{people}</ul><h2>Invite somebody</h2>{form}'
)
_PERSON = Markup(
    '<li><h2>{name}{state}</h2><form method="post" action="/people"><input type="hidden" name="form" value="{form}">'
    '<input type="hidden" name="name" value="{name}"><label>Role<select name="role">{roles}</select></label>'
    '<label>Customers read<input name="shown_as" maxlength="{longest}" value="{shown_as}" placeholder="a colleague"></label>'
    '<p class="sc-people-acts"><button name="do" value="change">Save</button>'
    '<button name="do" value="link" class="sc-quiet">New password link</button>'
    '<button name="do" value="{switch}" class="sc-quiet">{switched}</button></p></form></li>'
)
_INVITE = Markup(
    '<form method="post" action="/people"><input type="hidden" name="form" value="{form}"><label>Name<input name="name" required '
    'maxlength="80" autocapitalize="none"></label><label>Role<select name="role">{roles}</select></label>'
    '<button name="do" value="invite">Make a link</button></form><p class="sc-hint"><a href="/account">Your account</a></p>'
)
_ROOM_NAMES = (("/desk", "Desk", DESK_ROLES), ("/insights", "Insights", INSIGHTS_ROLES))


def sign_in_page(shop: str, form: str, next: str, *, username: str = "", error: str = "", elsewhere: str = "") -> str:
    """The form. `form` is the signed token against forged posts, `next` the page to open afterwards, `elsewhere` the company's sign-in."""
    other = _ELSEWHERE.format(next, elsewhere) if elsewhere else ""
    body = _SIGN_IN.format(form=form, next=next, username=username, error=_alert(error), elsewhere=other)
    return _page(f"Sign in · {shop}", shop, body)


def invitation_page(shop: str, form: str, name: str, role: str, *, error: str = "") -> str:
    """Where somebody invited chooses a password."""
    password = _NEW_PASSWORD.format(label="Password", shortest=SHORTEST_PASSWORD)
    return _page(f"Invitation · {shop}", shop, _INVITED.format(form=form, name=name, role=role, error=_alert(error), password=password))


def account_page(shop: str, form: str, account: Account, sessions: int, *, error: str = "", notice: str = "") -> str:
    """Who is signed in, and where to change the password."""
    places = "this browser alone" if sessions < 2 else f"{sessions} browsers"
    body = _ACCOUNT.format(
        form=form,
        name=account.username,
        role=account.role.value,
        rooms=_rooms_of(account),
        error=_alert(error),
        called=_CALLED.format(form=form, longest=LONGEST_SHOWN, shown_as=account.shown_as) if account.role in DESK_ROLES else "",
        notice=Markup('<p class="sc-done" role="status">{}</p>').format(notice) if notice else "",
        password=_NEW_PASSWORD.format(label="New password", shortest=SHORTEST_PASSWORD),
        sessions=places,
    )
    return _page(f"Your account · {shop}", shop, body)


def people_page(shop: str, form: str, account: Account, people: Iterable[Account], *, error: str = "", notice: Markup | str = "") -> str:
    """Everybody's role and name for customers, to be changed, and a form to invite somebody."""
    listed = [
        _PERSON.format(
            name=one.username,
            state=Markup(" <small>{}</small>").format("you" if one.username == account.username else "shut out" if one.disabled else ""),
            form=form,
            roles=_roles(one.role),
            longest=LONGEST_SHOWN,
            shown_as=one.shown_as,
            switch="enable" if one.disabled else "disable",
            switched="Let in again" if one.disabled else "Shut out",
        )
        for one in people
    ]
    body = _PEOPLE.format(
        notice=Markup('<p class="sc-done" role="status">{}</p>').format(notice) if notice else "",
        error=_alert(error),
        people=Markup("").join(listed),
        form=_INVITE.format(form=form, roles=_roles(AccountRole.AGENT)),
    )
    return _page(f"People · {shop}", shop, body)


def words_page(shop: str, title: str, words: str, *, link: tuple[str, str] = ("/", "To the shop")) -> str:
    """A page that says one thing and shows the way on: (address, words)."""
    way = Markup('<p><a class="sc-button" href="{}">{}</a></p>').format(*link)
    return _page(f"{title} · {shop}", shop, Markup('<h1>{}</h1><p class="sc-lead">{}</p>{}').format(title, words, way))


def refusal_page(shop: str, account: Account, room: str) -> str:
    """What somebody sees whose role does not open this room."""
    name = {path: title for path, title, _ in _ROOM_NAMES}.get(room, room)
    body = Markup(
        '<h1>This room is not yours</h1><p class="sc-lead">You are signed in as {}, and the role {} does not open {}.</p>'
        '<p>{}</p><form method="post" action="/signout"><button type="submit" class="sc-quiet">Sign out</button></form>'
    ).format(account.username, account.role.value, name, _rooms_of(account))
    return _page(f"Not allowed · {shop}", shop, body)


def html_page(page: str, status: int = 200) -> HTMLResponse:
    """The answer that carries a page: never kept by anybody, and under the strict policy."""
    return HTMLResponse(page, status, headers={"Cache-Control": "no-store", "Content-Security-Policy": CONTENT_POLICY})


def _page(title: str, shop: str, body: Markup) -> str:
    return str(_PAGE.format(title, head(), _BRAND.format(shop) + body))


def _alert(error: str) -> Markup:
    return Markup('<p class="sc-error" role="alert">{}</p>').format(error) if error else Markup("")


def _roles(chosen: AccountRole) -> Markup:
    options = [Markup("<option{}>{}</option>").format(Markup(" selected") if role is chosen else "", role.value) for role in AccountRole]
    return Markup("").join(options)


def _rooms_of(account: Account) -> Markup:
    """Links to the rooms that an account opens."""
    links = [
        Markup('<a class="sc-button" href="{}/">{}</a>').format(path, name) for path, name, roles in _ROOM_NAMES if account.role in roles
    ]
    if account.role is AccountRole.ADMIN:
        links.append(Markup('<a class="sc-button" href="/people">People</a>'))
    return Markup(" ").join(links)
