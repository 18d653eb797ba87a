"""Categories by what names mean: better than their words where words do not tell, kept where nothing changed, used by the tool."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from assistant.analyst.question import FilterClause, Question
from assistant.analyst.tools import category as tool
from assistant.models.categories import Categories, TooFewProducts, load_meaning
from assistant.models.registry import find_model
from assistant.types import Status
from finetune import shop_models
from finetune.categories import fit_meaning
from finetune.shop_models import Outcome, train_store
from retrieval.types import Vector
from tests.fake_sentiment import WordSentiment
from tests.little_shops import LittleShop, line, product

SORTS = {"Kitchen": ("kettle", "saucepan", "teapot", "ladle"), "Garden": ("hose", "spade", "rake", "trowel")}
"""No word stands in two names, so that words held out tell nothing; the embedding knows what each thing is."""


class Knowing:
    """An encoder that knows what is for the kitchen, by its first letters."""

    id = "knowing-1"
    dimension = 4

    def encode(self, texts: Sequence[str]) -> Vector:
        kitchen = np.array([any(noun in text.lower() for noun in (*SORTS["Kitchen"], "wok")) for text in texts], np.float32)
        noise = np.array([[len(text) % 3, len(text) % 5] for text in texts], np.float32) / 50
        vectors = np.column_stack([kitchen, 1 - kitchen, noise])
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def names() -> tuple[list[str], list[str]]:
    made = [(f"{noun}{chr(97 + n)}{chr(97 + m)}", sort) for sort, nouns in SORTS.items() for m, noun in enumerate(nouns) for n in range(5)]
    return [name for name, _ in made], [sort for _, sort in made]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LittleShop:
    monkeypatch.setattr(shop_models, "load_encoder", lambda name: Knowing())
    monkeypatch.setattr(shop_models, "load_sentiment", lambda folder, threads: WordSentiment())
    monkeypatch.setattr(tool, "_encoder", lambda name: Knowing())
    goods = [product(f"p{n:03d}", name, category=sort) for n, (name, sort) in enumerate(zip(*names(), strict=True))]
    return LittleShop(tmp_path, [line("o1", "p000", datetime(2026, 1, 1))], goods)  # noqa: DTZ001


def trained(shop: LittleShop) -> Outcome:
    shop.context().warehouse.close()
    return next(outcome for outcome in train_store(shop.folder) if outcome.model == "categories")


def test_meaning_tells_what_words_cannot() -> None:
    texts, sorts = names()
    made = fit_meaning(texts, sorts, Knowing().encode(texts), "knowing-1")
    assert made.words_accuracy < 0.7
    assert made.accuracy == 1.0
    words = Categories(texts, sorts)
    assert words.guess("wok") == []
    (best, *_) = words.guess("wok", meant=made.log_chances(Knowing().encode(["wok"]))[0])
    assert best.category == "Kitchen"
    assert best.words == ()


def test_it_is_installed_used_and_kept(shop: LittleShop) -> None:
    question = Question("category", filters=(FilterClause("product", "eq", ("wok",), "wok"),))
    assert tool.category(question, shop.context()).status is Status.DECLINED
    first = trained(shop)
    assert first.what == "installed", first
    model = load_meaning(find_model("categories", shop.folder))
    assert model.names == ("Garden", "Kitchen")
    answer = tool.category(question, shop.context())
    assert answer.value == "Kitchen"
    assert any("100.0%" in note for note in answer.notes)
    assert trained(shop).what == "kept"


def test_another_encoders_weights_are_not_used(shop: LittleShop, monkeypatch: pytest.MonkeyPatch) -> None:
    trained(shop)
    other = Knowing()
    other.id = "another-1"
    monkeypatch.setattr(tool, "_encoder", lambda name: other)
    question = Question("category", filters=(FilterClause("product", "eq", ("wok",), "wok"),))
    assert tool.category(question, shop.context()).status is Status.DECLINED


def test_where_words_say_it_all_nothing_is_installed(shop: LittleShop, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    goods = [product(f"p{n:03d}", f"{sort} thing {n}", category=sort) for n, sort in enumerate(["Kitchen", "Garden"] * 20)]
    outcome = trained(LittleShop(folder, [line("o1", "p000", datetime(2026, 1, 1))], goods))  # noqa: DTZ001
    assert outcome.what == "skipped"
    assert "words alone" in outcome.why


def test_too_few_are_skipped_with_the_reason(tmp_path: Path, shop: LittleShop) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    outcome = trained(LittleShop(folder, [line("o1", "p1", datetime(2026, 1, 1))], [product("p1", category="Garden")]))  # noqa: DTZ001
    assert outcome.what == "skipped"
    assert "too few" in outcome.why
    with pytest.raises(TooFewProducts):
        fit_meaning(["kettle"], ["Kitchen"], Knowing().encode(["kettle"]), "knowing-1")
