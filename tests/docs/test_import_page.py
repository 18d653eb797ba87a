"""The page on importing is true: its tables are those of the code, its commands are run and answer what it says."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import KNOWN_ERROR, build_app
from assistant.importers import all_formats
from assistant.importers.columns import Field
from assistant.importers.formats import customers, faq, orders, products, reviews
from retrieval.errors import ShopclerkError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "import.md"
TEXT = PAGE.read_text(encoding="utf-8")
FIELDS = {
    "products": products.FIELDS,
    "orders": orders.FIELDS,
    "order lines": orders.LINE_FIELDS,
    "customers": customers.FIELDS,
    "faq": faq.FIELDS,
    "reviews": reviews.FIELDS,
}


def section(name: str) -> str:
    found = re.search(rf"<!-- begin {name} -->\n(.*?)\n<!-- end {name} -->", TEXT, re.DOTALL)
    assert found, f"the page has no table of {name}"
    return found[1]


def field_table(wanted: Sequence[Field]) -> str:
    rows = [f"| `{field.name}`{' (needed)' if field.required else ''} | {', '.join(field.synonyms)} |" for field in wanted]
    return "\n".join(["| field | other names that are understood |", "|---|---|", *rows])


@pytest.mark.parametrize("name", FIELDS)
def test_fields_are_those_of_the_code(name: str) -> None:
    expected = field_table(FIELDS[name])
    assert section(name) == expected, f"put this into {PAGE.name}:\n{expected}"


def test_formats_are_those_of_the_code() -> None:
    rows = [f"| `{f.name}` | {f.help} | {', '.join(f.suffixes)} |" for f in all_formats().values()]
    expected = "\n".join(["| format | what | files |", "|---|---|---|", *rows])
    assert section("formats") == expected, f"put this into {PAGE.name}:\n{expected}"


def steps() -> Iterator[tuple[str, str, str]]:
    """("file", name, content) and ("run", command, output), in the order of the page."""
    for name, content, console in re.findall(r"(?:<!-- file: (\S+) -->\n```text\n(.*?)```|```console\n(.*?)```)", TEXT, re.DOTALL):
        if name:
            yield "file", name, content
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", console, re.MULTILINE):
            yield "run", command, output


def run(command: str) -> tuple[int, str]:
    """Exit status and what it says: the command line in this process, anything else in a shell."""
    name, *arguments = shlex.split(command)
    if name != "shopclerk":
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout
    result = CliRunner().invoke(build_app(), [*arguments, *(["--no-index"] if arguments[0] == "import" else [])])
    if isinstance(result.exception, ShopclerkError):
        return KNOWN_ERROR, f"shopclerk: {result.exception}\n"
    return result.exit_code, result.stdout


def test_commands_answer_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for what, name, content in steps():
        if what == "file":
            Path(name).write_text(content, encoding="utf-8")
            continue
        status, said = run(name)
        assert status == (KNOWN_ERROR if content.startswith("shopclerk: ") else 0), said
        assert re.fullmatch(re.escape(content).replace(r"\.\.\.", r"\S+"), said), (name, said)
        ran += 1
    assert ran >= 7
