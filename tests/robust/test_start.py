"""How the commands start, held against the machine's own pace: what an import of Gradio takes in the same minute."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

MEMORY_MB = 600
HELP_SHARE, SERVE_SHARE = 0.35, 2.0
"""Of an import of Gradio, which takes about three seconds on a quiet machine: half a second of `--help` is a sixth, five of `serve` 1.7."""


def timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def pace() -> float:
    return timed([sys.executable, "-c", "import gradio"])


def test_help_takes_a_small_part_of_a_screen(shopclerk: str) -> None:
    shares = []
    for _ in range(3):
        shares.append(timed([shopclerk, "--help"]) / pace())
        if min(shares) < HELP_SHARE:
            return
    pytest.fail(f"--help took {min(shares):.2f} of an import of Gradio")


def test_help_loads_no_numbers_and_no_models() -> None:
    code = (
        "import sys; from assistant.cli import build_app; build_app();"
        "print(sorted({'numpy', 'gradio', 'torch', 'fastapi', 'onnxruntime', 'faiss'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.slow
def test_the_shop_opens_soon_and_holds_little(built: Path) -> None:
    from server import serving

    shares = []
    for _ in range(2):
        usual = pace()
        with serving(built) as server:
            shares.append(server.started_s / usual)
            if min(shares) < SERVE_SHARE:
                conversation = None
                for text in ("do you have a warm hat?", "what is it made of?", "where is my order?", "this is broken, I am angry"):
                    conversation = server.ask(text, conversation)["conversation"]
                assert server.memory_mb() < MEMORY_MB
                return
    pytest.fail(f"serving began after {min(shares):.2f} times an import of Gradio")


def test_gradio_is_imported_whole_and_without_stubs(tmp_path: Path) -> None:
    code = (
        "from ui.gradio_import import import_gradio; import_gradio(); import gradio as gr, gradio.component_meta as m, sys;"
        "assert not any(type(f).__module__ == 'ui.gradio_import' for f in sys.meta_path);"
        "assert m.create_or_modify_pyi() is None; print(gr.Textbox(label='x').label)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert ran.stdout.strip() == "x"
