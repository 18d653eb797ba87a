"""Word pieces to prose, and its inverse for training."""

from __future__ import annotations

import re

import pytest
from tokenizers import pre_tokenizers

from assistant.models.prose import marked, spoken, with_articles
from assistant.models.slots import CAPITAL, Delexicaliser, Request

DELEX = Delexicaliser()


def _said(tokens: str, *evidence: str) -> str:
    return spoken(tokens.split(), DELEX.prompt(Request("", evidence)))


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("yes , it does .", "Yes, it does."),
        ("it ' s water ##proof , isn ' t it ?", "It's waterproof, isn't it?"),
        ('the label says " keep dry " twice .', 'The label says "keep dry" twice.'),
        ("a poly - cotton / wool mix ( soft ) .", "A poly-cotton/wool mix (soft)."),
        ("no . i can ' t say ; we ' ll see !", "No. I can't say; we'll see!"),
        ("the players ' shoes are new", "The players' shoes are new"),
        ("made in the u . s . a .", "Made in the u.s.a."),
        ("so . . . maybe", "So... maybe"),
    ],
)
def test_spacing_and_sentences(tokens: str, text: str) -> None:
    assert _said(tokens) == text


def test_values_are_put_back_with_their_units() -> None:
    said = _said('it is [NUM0] " x [NUM1] " and [NUM2] % cotton , [CODE0] .', '32" x 27", 5% or e180-2')
    assert said == 'It is 32" x 27" and 5% cotton, e180-2.'


def test_units_stand_as_in_the_evidence() -> None:
    assert _said("[NUM0]x[NUM1] cm , [NUM2] mah".replace("x", " x "), "32x27 cm with 180mah") == "32x27 cm, 180mah"
    assert _said("[NUM0] x [NUM1] cm", "32 x 27 cm") == "32 x 27 cm"


def test_feet_and_inches() -> None:
    assert _said("the bar is at [NUM0] ' [NUM1] \" .", "swing bar is at 7'6\".") == "The bar is at 7'6\"."


def test_hyphens_behind_numbers() -> None:
    assert _said("for a [NUM0] - year - old .", "a 5-year-old") == "For a 5-year-old."


def test_capitals_come_from_the_evidence() -> None:
    evidence = "The case is made by Otter for the iPhone. Waterproof as well."
    assert _said("otter makes it for the iphone , waterproof", evidence) == "Otter makes it for the iPhone, waterproof"
    assert _said(f"it is {CAPITAL} otter ' s .", evidence) == "It is Otter's."


def test_marked_capitals_use_the_evidence_or_the_first_letter() -> None:
    assert _said(f"the brand is {CAPITAL} jingmg .", "brand: JINGMG") == "The brand is JINGMG."
    assert _said(f"made in {CAPITAL} italy .", "from the south") == "Made in Italy."


def test_a_rare_word_loses_the_capital_of_its_sentence() -> None:
    delex = Delexicaliser(lambda word: word == "zygomorphic")
    prompt = delex.prompt(Request("", ("Zygomorphic soles.",)))
    assert spoken(["soles", "are", "[WORD0]", "."], prompt) == "Soles are zygomorphic."
    assert spoken(["[WORD0]", "soles", "."], prompt) == "Zygomorphic soles."


def test_slots_that_the_prompt_lacks_are_not_said() -> None:
    assert _said("it costs [MONEY0] [SEP]", "no price here") == "It costs"


def test_marks_are_written_as_the_evidence_writes_them() -> None:
    assert _said("black & white , and / or grey", "in black & white") == "Black & white, and/or grey"
    assert _said("a b & b", "our B&B") == "A B&B"


def test_marking_notes_capitals_inside_sentences_only() -> None:
    assert marked("The brand is Nike. It fits iPhone and I like “it” – a lot.") == (
        f'The brand is {CAPITAL} Nike. It fits iPhone and I like "it", a lot.'
    )


@pytest.mark.parametrize(
    "text",
    [
        'It is 32" x 27", isn\'t it?',
        "Yes, the Acme bag holds 1.6 litres (about half a gallon).",
        "You'll find it at https://shop.example/a-b or write to me@shop.example.",
        "It's a well-made poly-cotton shirt; I'd buy it for $25.99.",
        "No. It runs on two AA batteries, not included.",
    ],
)
def test_a_reply_comes_back_from_its_tokens(text: str) -> None:
    prompt = DELEX.prompt(Request("", (text,)))
    target = DELEX.target(marked(text), prompt)
    assert target is not None
    splitter = pre_tokenizers.BertPreTokenizer()
    tokens: list[str] = []
    for part in target.split():
        for piece in _around_slots(part):
            tokens += [piece] if piece.startswith("[") else [word for word, _ in splitter.pre_tokenize_str(piece.lower())]
    assert spoken(tokens, prompt) == text


def _around_slots(part: str) -> list[str]:
    return [piece for piece in re.split(r"(\[[A-Z]+\d*\])", part) if piece]


def test_a_name_keeps_its_capitals_where_they_are_noted() -> None:
    prompt = DELEX.prompt(Request("", ({"shape": "Circular", "brand": "LifeStar Compression"},)))
    assert spoken(["it", "is", "[NAME0]", ".", "brand", CAPITAL, "[NAME1]", "."], prompt) == "It is circular. Brand LifeStar Compression."
    assert spoken(["[NAME0]", "."], prompt) == "Circular."
    assert DELEX.target("It is circular, by LifeStar Compression.", prompt) == f"It is [NAME0], by {CAPITAL} [NAME1]."


def test_feet_written_with_two_marks() -> None:
    assert _said("[NUM0] ' ' w x [NUM1] ' ' h .", "108.00''w x 72.00''h") == "108.00''w x 72.00''h."


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("The product has a audio input.", "The product has an audio input."), ("A office chair.", "An office chair."),
        ("It has a 8 GB card and a 180 W plug.", "It has an 8 GB card and a 180 W plug."), ("an leather grip", "a leather grip"),
        *((same, same) for same in (
            "a unit, a user, a one-piece, a European plug, a usb port", "an hour", "a 1 GB disk", "type a or b", "an umbrella",
        )),
    ],
)  # fmt: skip
def test_articles_sound_right(said: str, right: str) -> None:
    assert with_articles(said) == right
