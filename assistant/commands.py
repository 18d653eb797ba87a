"""The commands that make, fill and ask a store: `init`, `import`, `index`, `ask`, `respond`, `status`.

Thin: each opens what it needs, calls one function, prints. Heavy modules are imported when a command runs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.access_commands import accounts_app, invite, keys_app
from assistant.backup_commands import backup, restore
from assistant.model_commands import models_app

if TYPE_CHECKING:
    from assistant.types import Answer, Progress

app = typer.Typer()
app.add_typer(models_app, name="models")
app.add_typer(keys_app, name="keys")
app.add_typer(accounts_app, name="accounts")
app.command()(invite)
app.command()(backup)
app.command()(restore)

StoreOption = Annotated[Path, typer.Option("--store", "-s", help="The shop's folder.", envvar="SHOPCLERK_STORE")]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet, or an empty one.")],
    name: Annotated[str, typer.Option(help="The shop's name, as shoppers know it.")] = "",
    currency: Annotated[
        str, typer.Option(help="ISO 4217 code of the shop's currency; by default that of the first file that states one.")
    ] = "",
) -> None:
    """Make an empty store."""
    from assistant.config import write_settings
    from assistant.store import Store

    Store.create(folder).close()
    write_settings(folder, {key: value for key, value in (("shop_name", name), ("currency", currency.upper())) if value})
    typer.echo(f"Made an empty store in {folder}. Next: shopclerk import products FILE --store {folder}")


@app.command("import")
def import_(
    format: Annotated[
        str, typer.Argument(help="products, faq, customers, orders, reviews, shopify, online-retail, retail-demo or tau-retail.")
    ],
    path: Annotated[Path, typer.Argument(help="CSV, JSONL, JSON, YAML, Markdown or Parquet; each format says which it takes.")],
    store: StoreOption,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN where a column's name cannot be guessed; may be repeated.")
    ] = None,
    index: Annotated[bool, typer.Option("--index/--no-index", help="Bring the search index up to date afterwards.")] = True,
) -> None:
    """Bring a file into the store, the warehouse and the index. A second run changes nothing."""
    from assistant.config import load_settings
    from assistant.importers import run_import
    from assistant.store import Store
    from assistant.warehouse import Warehouse

    with Store.open(store) as opened, progress_bars() as progress:
        report = run_import(opened, format, path, mapping=_mapping(mapping or []), progress=progress)
        Warehouse.refresh(opened, progress)
        if index:
            from assistant.indexing import update_index
            from assistant.models.encoder import load_encoder

            update_index(opened, load_encoder(load_settings(store).encoder), progress)
    typer.echo(str(report))


@app.command()
def index(store: StoreOption, rebuild: Annotated[bool, typer.Option(help="Encode everything anew.")] = False) -> None:
    """Bring the search index and the warehouse up to date; only what changed is encoded."""
    from assistant.config import load_settings
    from assistant.indexing import update_index
    from assistant.models.encoder import load_encoder
    from assistant.store import Store
    from assistant.warehouse import Warehouse

    with Store.open(store) as opened, progress_bars() as progress:
        Warehouse.refresh(opened, progress)
        report = update_index(opened, load_encoder(load_settings(store).encoder), progress, rebuild=rebuild)
    typer.echo(str(report))


@app.command()
def ask(
    store: StoreOption,
    question: Annotated[str | None, typer.Argument(help="One question; without it, a conversation at the prompt.")] = None,
    role: Annotated[str, typer.Option("--as", help="shopper, agent or staff.")] = "shopper",
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read messages as JSON lines from standard input, write answers likewise.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    account_role: Annotated[str, typer.Option(help="With --as staff: the account role whose limits (staff.denied) hold.")] = "manager",
) -> None:
    """Ask one question, a file of them, or hold a conversation."""
    from assistant.asking import answer_lines, converse, parse_account_role, parse_role, private_session
    from assistant.build import open_shop
    from assistant.types import Message

    asker, account = parse_role(role), parse_account_role(account_role)
    shop = open_shop(store)
    try:
        if jsonl:
            for line in answer_lines(shop, sys.stdin, asker, account):
                print(line, flush=True)
        elif question is None:
            converse(shop, asker, account)
        else:
            answer = shop.answer(Message("1", private_session("1"), question, asker, account_role=account))
            typer.echo(json.dumps(answer.to_protocol("1"), ensure_ascii=False) if as_json else as_text(answer))
    finally:
        shop.close()


@app.command()
def respond(
    store: Annotated[Path | None, typer.Option("--store", "-s", help="A shop whose settings and responder to use.")] = None,
    model: Annotated[str, typer.Option(help="shipped, plain, a model folder, or langchain:PROVIDER:MODEL.")] = "",
    style: Annotated[str, typer.Option(help="brief or full; each line may say its own.")] = "",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read requests as JSON lines from standard input, write words likewise.")] = False,
) -> None:
    """The responder alone: {"id", "message", "intent"?, "evidence": [text or {attribute: value}]} in, {"id", "text"} out."""
    from assistant.build import open_responder
    from assistant.config import Settings, load_settings
    from assistant.errors import BadQuestion
    from assistant.responding import parse_style, respond_lines

    if not jsonl:
        raise BadQuestion("The responder reads JSON lines only.", hint="shopclerk respond --jsonl < requests.jsonl")
    settings = load_settings(store) if store else Settings()
    responder = open_responder(settings.model_copy(update={"responder": model or settings.responder}), store)
    for line in respond_lines(responder, sys.stdin, parse_style(style or settings.shopper.style)):
        print(line, flush=True)


@app.command()
def digest(store: StoreOption) -> None:
    """Report the last whole day, the month so far, what sold, what to expect, and the pinned questions."""
    from contextlib import closing

    from assistant.analyst.digest import make_digest
    from assistant.analyst.saved import SavedQuestions
    from assistant.build import open_shop
    from assistant.warehouse import Warehouse

    with closing(open_shop(store)) as shop:
        Warehouse.refresh(shop.store)
        typer.echo(str(make_digest(shop.analyst, SavedQuestions(store).pinned())))


@app.command()
def transcript(
    conversation: Annotated[str, typer.Argument(help="The conversation's id, as the desk shows it.")],
    store: StoreOption,
    out: Annotated[Path, typer.Option(help="The e-mail file to write.")] = Path("conversation.eml"),
) -> None:
    """Write a conversation as an e-mail file, card numbers masked."""
    from assistant.config import load_settings
    from assistant.store import Store
    from assistant.transcript import transcript as written

    with Store.open(store, read_only=True) as opened:
        out.write_bytes(written(opened, conversation, load_settings(store)))
    typer.echo(f"Wrote {out}.")


@app.command()
def sweep(store: StoreOption) -> None:
    """Delete the conversations that are older than `retention_days`. A served shop does this by itself every day."""
    from datetime import UTC, datetime

    from assistant.config import load_settings
    from assistant.housekeeping import sweep as swept
    from assistant.store import Store

    settings = load_settings(store)
    with Store.open(store) as opened:
        gone = swept(opened, settings, datetime.now(UTC))
    typer.echo(f"Deleted {gone:,} conversation{'s' if gone != 1 else ''} last touched more than {settings.retention_days} days ago.")


@app.command()
def learn(
    store: StoreOption,
    apply: Annotated[bool, typer.Option("--apply", help="Take all proposals up into the shop's own semantic file.")] = False,
) -> None:
    """List the words that corrected staff questions teach, and take them up."""
    from contextlib import closing

    from assistant.analyst.synonyms import take_up
    from assistant.build import open_shop

    with closing(open_shop(store)) as shop:
        found = shop.analyst.proposals()
        for proposal in found:
            typer.echo(str(proposal))
            if apply:
                take_up(shop.analyst.own_words, proposal)
                shop.store.audit.append("command", "word_learnt", proposal.phrase, target=proposal.target)
        if not found:
            typer.echo("Nothing to learn: no correction shows a word that is not known yet.")
        elif apply:
            typer.echo(f"Written to {shop.analyst.own_words}.")
        else:
            typer.echo("Take them up with --apply.")


@app.command()
def status(
    store: StoreOption,
    settings: Annotated[bool, typer.Option("--settings", help="Show every setting with its value.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say what the store holds, how fresh it is, which models and index it has, and what is missing."""
    from rich.console import Console
    from rich.table import Table

    from assistant.config import load_settings
    from assistant.status import store_status

    facts = store_status(store)
    shown: dict[str, Any] = load_settings(store).model_dump(mode="json") if settings else facts
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=1))
        return
    table = Table(title=f"Store {store}", show_header=False, title_justify="left")
    for name, value in shown.items():
        table.add_row(name, str(value))
    Console().print(table)


def as_text(answer: Answer) -> str:
    """An answer for a terminal: the sentence, a small table, where it comes from."""
    lines = [answer.text]
    lines += [f"  {row.name or row.label}: {row.value:,.2f}" for row in answer.rows[:20]]
    if answer.receipt is not None:
        lines.append(f"[{answer.receipt.metric}: {answer.receipt.definition} {answer.receipt.rows_read:,} rows read]")
    if answer.sources:
        lines.append("[" + ", ".join(f"{s.kind} {s.id}" for s in answer.sources) + "]")
    return "\n".join(lines)


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """A `Progress` that draws one Rich bar a stage on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def advance(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield advance


def _mapping(pairs: list[str]) -> dict[str, str]:
    from assistant.errors import BadSettings

    parsed = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(parsed) != len(pairs):
        raise BadSettings(
            f"--map takes FIELD=COLUMN, once for each field; seen: {', '.join(pairs)}.", hint="Example: --map price='Unit price'."
        )
    return parsed
