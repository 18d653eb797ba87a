"""The commands that put a shop on the screen: `serve` and `demo`.

Thin, and light to import: models, Gradio and the server are loaded when a command runs.
"""

from __future__ import annotations

import ctypes
import logging
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.accounts import NewAccount
    from assistant.build import Shop

app = typer.Typer()

HostOption = Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 for every one. Set in settings.toml otherwise.")]
PortOption = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on. Set in settings.toml otherwise.")]
DEMO_FACTS = "demo.json"

_M_ARENA_MAX = -8
"""glibc's number for the most heaps that its threads spread over, `man mallopt`."""
HEAPS = 2


@app.command()
def serve(
    store: Annotated[Path, typer.Option("--store", "-s", help="The shop's folder.", envvar="SHOPCLERK_STORE")],
    host: HostOption = None,
    port: PortOption = None,
) -> None:
    """Serve the shop: the chat for shoppers, the desk for agents, the figures for staff."""
    from assistant.build import open_shop

    _serve(open_shop(store), host, port)


@app.command()
def demo(
    products: Annotated[int, typer.Option(help="How many products.")] = 400,
    days: Annotated[int, typer.Option(help="How many days of trade, up to today.")] = 730,
    customers: Annotated[int, typer.Option(help="How many customers.")] = 3000,
    seed: Annotated[int, typer.Option(help="Another seed, another shop.")] = 1,
    store: Annotated[Path, typer.Option("--store", "-s", help="Where the demo shop is built, once.")] = Path("demo-shop"),
    host: HostOption = None,
    port: PortOption = None,
    serve: Annotated[bool, typer.Option("--serve/--build-only", help="Serve it, or only build it.")] = True,
) -> None:
    """Build the demo shop, or take the one built before, and serve it."""
    _prepare_demo(store, products, days, customers, seed)
    if serve:
        from assistant.build import open_shop

        _serve(open_shop(store), host, port)


def _prepare_demo(folder: Path, products: int, days: int, customers: int, seed: int) -> None:
    """Do what is missing: all of it at first, whatever an interruption left undone, the index anew under another encoder."""
    from assistant.commands import progress_bars
    from assistant.config import load_settings, write_settings
    from assistant.demo import build_demo, shop_settings
    from assistant.indexing import update_index
    from assistant.models.encoder import load_encoder
    from assistant.store import Store
    from assistant.store.store import DATABASE_FILE
    from assistant.warehouse import Warehouse

    known = (folder / DATABASE_FILE).exists()
    with Store.open(folder) if known else Store.create(folder) as store, progress_bars() as progress:
        if not (folder / DEMO_FACTS).exists():
            write_settings(folder, shop_settings())
            build_demo(store, products=products, days=days, customers=customers, seed=seed, progress=progress)
        if not (folder / "warehouse").exists():
            Warehouse.refresh(store, progress)
        update_index(store, load_encoder(load_settings(folder).encoder), progress)


def _serve(shop: Shop, host: str | None, port: int | None) -> None:
    """Bind first, so that a taken port is said before anything slow; then warm up, announce, serve until interrupted."""
    from rich.console import Console

    settings = shop.settings.serve
    console = Console()
    _share_heaps()
    with ExitStack() as stack:
        stack.callback(shop.close)
        listening = stack.enter_context(_listen(host or settings.host, port or settings.port))
        with console.status("Opening the shop: models, index, screens"):
            import uvicorn

            from assistant.accounts import Accounts
            from assistant.housekeeping import Housekeeping
            from ui.gradio_import import import_gradio

            # half of loading models is work of theirs, not Python's, and goes on while Gradio is imported
            warm = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="warm-up")).submit(shop.warm_up)
            import_gradio()
            from ui.app import create_app

            accounts = Accounts(shop.store)
            made = accounts.create_first()
            warm.result()
            stack.enter_context(Housekeeping(shop.store, shop.settings, shop.understander.encoder))
            config = uvicorn.Config(create_app(shop, accounts), log_level="warning", timeout_graceful_shutdown=3)
        _announce(console, shop.settings.shop_name, listening.getsockname(), made)
        stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="office")).submit(_open_office, shop)
        uvicorn.Server(config).run(sockets=[listening])


def _share_heaps() -> None:
    """Let all threads allocate from few heaps: with one for each of thirty threads, each grew to the largest turn it ever had.

    Measured by `tests/bench/load.py --soak`. Only glibc has such heaps; elsewhere nothing is done.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "gnu_get_libc_version"):
        libc.mallopt(_M_ARENA_MAX, HEAPS)


def _open_office(shop: Shop) -> None:
    """Load what staff questions need while the first shoppers are served, so that the first question does not wait for it."""
    from retrieval.errors import ShopclerkError

    try:
        shop.analyst.warm_up()
    except ShopclerkError as error:
        logging.getLogger(__name__).info("Staff questions will say: %s", error.message)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, whose connections send at once.

    The option is set here, since asyncio sets it only on sockets that name their protocol, which those of `create_server` do not: a body
    that follows its headers would wait 40 ms for the other side's acknowledgement.

    Raises:
        ServeError: the port is taken, or the address is not one of this machine's.
    """
    from assistant.errors import ServeError

    try:
        listening = socket.create_server((host, port), backlog=512, family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = "is taken" if error.errno in (98, 48, 10048) else f"cannot be used ({error.strerror or error})"
        raise ServeError(f"Port {port} on {host} {reason}.", hint=f"Choose another with --port, for example --port {port + 1}.") from error
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _announce(console: Console, shop: str, address: tuple[str, int], made: tuple[NewAccount, ...]) -> None:
    from rich.table import Table

    host = "localhost" if address[0] in ("127.0.0.1", "0.0.0.0", "::", "::1") else address[0]
    base = f"http://{host}:{address[1]}"
    console.print(f"\n[bold]{shop}[/bold] is open.\n")
    for room, path in (("Shoppers", "/"), ("Agents", "/desk"), ("Staff", "/insights"), ("API", "/api/docs")):
        console.print(f"  {room:<9} {base}{path}", highlight=False)
    if made:
        table = Table("Name", "Password", "Opens", title="Accounts, shown this once", title_justify="left", padding=(0, 2))
        for account in made:
            rooms = {"agent": "/desk", "analyst": "/insights"}.get(account.role.value, "/desk and /insights")
            table.add_row(account.username, account.password, rooms)
        console.print()
        console.print(table, highlight=False)
    console.print("\nStop with Ctrl+C.", highlight=False)
