"""The commands that say who may come in: `shopclerk keys` for programs, `shopclerk accounts` for people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from assistant.keys import Scope
    from assistant.store.records import AccountRole

keys_app = typer.Typer(no_args_is_help=True, help="API keys for programs: make one, list them, end one.")
accounts_app = typer.Typer(no_args_is_help=True, help="The staff's accounts: list them, shut one out, let it in again.")

Folder = Annotated[Path, typer.Option("--store", "-s", help="The shop's folder.", envvar="SHOPCLERK_STORE")]
RoleName = Annotated[str, typer.Option("--role", help="agent, analyst, manager or admin.")]


@keys_app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What it is for, such as 'web site'.")],
    store: Folder,
    scope: Annotated[list[str], typer.Option(help="chat, search, feedback, suggest, staff, import or metrics; may be repeated.")],
    role: RoleName = "analyst",
) -> None:
    """Make a key and print it, this once. --role says whose limits (staff.denied) hold for staff answers."""
    from assistant.keys import Keys
    from assistant.store import Store

    with Store.open(store) as opened:
        made = Keys(opened).create(name, tuple(map(_scope, scope)), _role(role))
    typer.echo(made.text)
    typer.echo(f"Key {made.key.id} for {', '.join(made.key.scopes)}. Keep it now: it is not shown again.", err=True)


@keys_app.command("list")
def list_keys(store: Folder) -> None:
    """List the keys: id, name, scopes, when made, last used, revoked."""
    from rich.console import Console
    from rich.table import Table

    from assistant.store import Store

    with Store.open(store, read_only=True) as opened:
        keys = opened.api_keys.all()
    if not keys:
        typer.echo("There is no key. Make one: shopclerk keys create 'web site' --scope chat --scope search --store DIR")
        return
    table = Table("id", "name", "scopes", "role", "made", "last used", "revoked")
    for key in keys:
        times = (f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (key.made_at, key.used_at, key.revoked_at))
        table.add_row(key.id, key.name, ", ".join(key.scopes), key.role.value, *times)
    Console().print(table)


@keys_app.command("revoke")
def revoke_key(id: Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")], store: Folder) -> None:
    """End a key at once."""
    from assistant.keys import Keys
    from assistant.store import Store

    with Store.open(store) as opened:
        Keys(opened).revoke(id)
    typer.echo(f"Key {id} is revoked.")


@accounts_app.command("list")
def list_accounts(store: Folder) -> None:
    """List the accounts: name, role, whether it may sign in, where it is signed in."""
    from rich.console import Console
    from rich.table import Table

    from assistant.store import Store

    table = Table("name", "role", "shown as", "made", "state", "sessions")
    with Store.open(store, read_only=True) as opened:
        for account in opened.accounts.all():
            state = "disabled" if account.disabled else "locked" if account.locked_until else "open"
            sessions = str(len(opened.sessions.of_account(account.username)))
            table.add_row(account.username, account.role.value, account.shown_as, f"{account.created_at:%Y-%m-%d}", state, sessions)
    Console().print(table)


def invite(
    name: Annotated[str, typer.Argument(help="The account's name: new, or known to let somebody choose a new password.")],
    store: Folder,
    role: RoleName = "",
) -> None:
    """Print a link that lets one person choose the account's password, once."""
    from assistant.accounts import Accounts
    from assistant.config import load_settings
    from assistant.store import Store

    settings = load_settings(store)
    with Store.open(store) as opened:
        token = Accounts(opened, settings=settings.accounts).invite(name, _role(role) if role else None)
    base = settings.serve.public_url.rstrip("/") or f"http://{settings.serve.host}:{settings.serve.port}"
    typer.echo(f"{base}/invite/{token}")
    typer.echo(f"For one use within {settings.accounts.invitation_hours} hours. Give it to nobody but {name}.", err=True)


@accounts_app.command()
def disable(name: Annotated[str, typer.Argument(help="The account's name.")], store: Folder) -> None:
    """Shut an account out at once, on every screen."""
    _switch(store, name, disabled=True)
    typer.echo(f"{name} is shut out.")


@accounts_app.command()
def enable(name: Annotated[str, typer.Argument(help="The account's name.")], store: Folder) -> None:
    """Let an account in again, locked ones too."""
    _switch(store, name, disabled=False)
    typer.echo(f"{name} may sign in.")


@accounts_app.command("name")
def call(
    name: Annotated[str, typer.Argument(help="The account's name.")],
    shown_as: Annotated[str, typer.Argument(help='The name that customers read; "" for none.')],
    store: Folder,
) -> None:
    """Choose what customers read of an agent. Without such a name they read "a colleague", never the login."""
    from assistant.accounts import Accounts
    from assistant.store import Store

    with Store.open(store) as opened:
        Accounts(opened).call(name, shown_as)
        typer.echo(f"Customers read {opened.accounts.shown(name)!r}.")


def _switch(store: Path, name: str, *, disabled: bool) -> None:
    from assistant.accounts import Accounts
    from assistant.store import Store

    with Store.open(store) as opened:
        Accounts(opened).switch(name, disabled=disabled)


def _scope(name: str) -> Scope:
    from assistant.errors import BadSettings
    from assistant.keys import Scope

    try:
        return Scope(name)
    except ValueError:
        raise BadSettings(f"There is no scope {name!r}.", hint=f"Use --scope with {', '.join(Scope)}.") from None


def _role(name: str) -> AccountRole:
    from assistant.asking import parse_account_role
    from assistant.store.records import AccountRole

    return AccountRole(parse_account_role(name))
