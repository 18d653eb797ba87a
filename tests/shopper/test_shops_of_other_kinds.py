"""Two shops of other kinds, a toyshop and a bookshop: questions about goods are answered from them, whatever the goods are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from assistant.build import open_shop
from assistant.indexing import update_index
from assistant.shopper.sentences import beside
from assistant.store import Store
from assistant.store.records import FaqEntry, Product
from assistant.types import Answer, Message, Role, Status

Ask = Callable[..., Answer]


def _goods(id: str, name: str, category: str, price: float, stock: int, description: str, **stated: object) -> Product:
    return Product(id, name, category, "", "", description, price, stock, attributes=dict(stated))


TOYS = (
    _goods("y1", "Marble Run Alpina", "Building", 59.0, 13, "146 wooden pieces and 20 glass marbles. Fits other sets.", pieces="146"),
    _goods("y2", "Brio Night Train", "Trains", 89.0, 4, "Engine with light and sound. The oval track is 5 m long. Hums at 40 dB."),
    _goods("y3", "Harbour Puzzle", "Puzzles", 17.5, 22, "Finished size 70 x 50 cm. Comes with a poster.", pieces="1000"),
    _goods("y4", "Dragon's Hoard", "Board games", 34.0, 17, "A treasure hunt. A game takes 45 minutes. Rules in English and French."),
    _goods("y5", "Speedy Snails", "Board games", 19.0, 0, "A racing game without reading. A game takes 10 minutes."),
    _goods("y6", "Luna Doll", "Dolls", 39.0, 9, "Soft doll with hair to comb. Washable at 30 °C. Folds to 20 cm.", height="38 cm"),
    _goods("y7", "Rally Car", "Vehicles", 49.0, 8, "Drives 25 minutes after 90 of charging. Pen sold separately.", assembly="No assembly"),
    _goods("y8", "The Glass Harbour", "Novels", 14.9, 12, "A family saga on a Danish island.", author="Mira Holt"),
)  # fmt: skip
TEXTS = (
    FaqEntry("faq-1", "What does delivery cost?", "Delivery costs 3.90, free over 50.", position=1),
    FaqEntry("faq-2", "Can you assemble goods for me?", "Assembly can be booked for 20.", position=2),
    FaqEntry("faq-3", "Do you gift wrap?", "Gift wrapping costs 3 with a card of your choice.", position=3),
    FaqEntry("faq-4", "Can I return a toy?", "Within 60 days, unopened.", position=4),
)  # fmt: skip


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Says the messages of one conversation, each time a new one, and gives the last answer."""
    folder = tmp_path_factory.mktemp("toys") / "shop"
    with Store.create(folder) as store:
        store.catalogue.upsert(TOYS)
        store.faq.upsert(TEXTS)
    shop = open_shop(folder)
    update_index(shop.store, shop.understander.encoder)

    def said(*texts: str) -> Answer:
        memory: Mapping[str, Any] = {}
        for number, text in enumerate(texts):
            answer, memory = shop.shopper.reply(Message(str(number), "s", text), shop.understander.understand(text, Role.SHOPPER), memory)
        return answer

    yield said
    shop.store.close()


@pytest.mark.parametrize(("texts", "sentence"), [
    (("how long is the track of the brio train?",), "The oval track is 5 m long."),
    (("how loud is the brio train?",), "Hums at 40 dB."),
    (("how big is the luna doll when folded?",), "Folds to 20 cm."),
    (("how long does a game of the dragon's hoard take?",), "A game takes 45 minutes."),
    (("dragon's hoard", "how long does a game take?"), "A game takes 45 minutes."),
    (("how big is the harbour puzzle when finished?",), "Finished size 70 x 50 cm."),
    (("how many marbles are in the alpina?",), "146 wooden pieces and 20 glass marbles."),
    (("how hot can I wash the luna doll?",), "Washable at 30 °C."),
    (("rally car", "is the pen included?"), "Pen sold separately."),
])  # fmt: skip
def test_the_sentence_with_what_is_asked_for_is_quoted(ask: Ask, texts: tuple[str, ...], sentence: str) -> None:
    assert f"“{sentence}”" in ask(*texts).text or sentence in ask(*texts).text


@pytest.mark.parametrize(
    "text", ["how loud is the luna doll?", "how long is the cable of the rally car?", "how many watts has the harbour puzzle?"]
)
def test_an_amount_that_no_sentence_has_is_not_made_up(ask: Ask, text: str) -> None:
    answer = ask(text)
    assert "does not say" in answer.text
    assert not answer.known


@pytest.mark.parametrize(("text", "first"), [("dragon's hoard in english?", "y4"), ("is the alpina made of wood?", "y1")])
def test_one_word_of_its_own_names_a_product(ask: Ask, text: str, first: str) -> None:
    assert ask(text).products[:1] == (first,)


def test_two_are_compared_by_a_word_each(ask: Ask) -> None:
    assert set(ask("alpina vs brio").products) == {"y1", "y2"}


def test_several_things_are_priced_with_their_sum(ask: Ask) -> None:
    text = ask("two boxes of the harbour puzzle and a luna doll, what does that come to?").text
    assert "$35.00 ($17.50 each)" in text
    assert "The Luna Doll costs $39.00." in text
    assert "Together they cost $74.00." in text


@pytest.mark.parametrize(("texts", "words"), [
    (("delivery cost for the rally car",), "Delivery costs 3.90"),
    (("can you wrap the dragon's hoard?",), "Gift wrapping costs 3"),
    (("can I return the luna doll?",), "Within 60 days"),
])  # fmt: skip
def test_what_the_shop_does_with_goods_is_its_text(ask: Ask, texts: tuple[str, ...], words: str) -> None:
    assert words in ask(*texts).text


@pytest.mark.parametrize(("texts", "never"), [
    (("which toys need no assembly?",), "Assembly can be booked"),
    (("speedy snails", "when is it back?"), "Within 60 days"),
])  # fmt: skip
def test_a_text_of_the_shop_is_no_answer_about_goods(ask: Ask, texts: tuple[str, ...], never: str) -> None:
    answer = ask(*texts)
    assert answer.status is Status.ANSWERED
    assert answer.products
    assert never not in answer.text


@pytest.mark.parametrize("text", [
    "write me a poem about dragons", "who won the car race last night?", "how do I train my dog to sit?", "what is the capital of Denmark?",
    "what time is it in Tokyo?",
])  # fmt: skip
def test_what_no_shop_answers_is_declined_though_its_words_are_the_shelfs(ask: Ask, text: str) -> None:
    assert ask(text).status is Status.DECLINED


@pytest.mark.parametrize(("text", "first"), [("train with light and sound", "y2"), ("game for kids that cannot read yet", "y5")])
def test_words_of_the_shelf_weigh_against_out_of_scope(ask: Ask, text: str, first: str) -> None:
    answer = ask(text)
    assert answer.status is Status.ANSWERED
    assert first in answer.products


def test_a_question_about_the_few_of_a_kind_is_answered_for_each(ask: Ask) -> None:
    text = ask("how long do the board games take?").text
    assert "45 minutes" in text
    assert "10 minutes" in text


def test_a_name_keeps_its_own_article(ask: Ask) -> None:
    assert "the The" not in ask("how much is the glass harbour?").text


def test_what_is_in_a_thing_is_no_question_of_price(ask: Ask) -> None:
    assert "$" not in ask("how many pieces are in the alpina?").text


def test_which_is_older_is_told_by_the_sentences_of_both() -> None:
    cheeses = (_goods("c1", "Comté", "Cheese", 9.8, 3, "Aged 18 months."), _goods("c2", "Manchego", "Cheese", 8.5, 3, "Aged 12 months."))
    assert beside(cheeses, "which is older?") == ("Aged 18 months.", "Aged 12 months.")
    assert beside(cheeses, "which is cheaper?") == ()
    assert beside(cheeses, "which one is louder?") == ()
