"""The command `shopclerk`: puts together what the packages bring and turns known errors into one line.

Commands come from the entry points of group `shopclerk.commands`; their modules are light, so that `--help` never
loads torch. Knows no command by name.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import entry_points

import typer

from retrieval.errors import ShopclerkError

KNOWN_ERROR = 2


def build_app() -> typer.Typer:
    """The whole command line, assembled from the entry points."""
    root = typer.Typer(
        name="shopclerk",
        help=(
            "A shop's clerk: chats with shoppers, suggests replies to agents, answers staff with receipts.\n\n"
            "Try `shopclerk demo`. For your own shop: `shopclerk init my-shop`, `shopclerk import products FILE --store my-shop`, "
            "`shopclerk serve --store my-shop`."
        ),
        no_args_is_help=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    for entry in sorted(entry_points(group="shopclerk.commands"), key=lambda e: e.name):
        root.add_typer(entry.load())
    return root


def main() -> None:
    """Run the command line; known errors end in one line on standard error and exit status 2."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        build_app()()
    except ShopclerkError as error:
        print(f"shopclerk: {error}", file=sys.stderr)
        sys.exit(KNOWN_ERROR)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        print("shopclerk: interrupted.", file=sys.stderr)
        sys.exit(130)
