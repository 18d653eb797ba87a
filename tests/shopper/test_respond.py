"""What gets past the guard, and what is said in the place of what does not."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.language_models import FakeListChatModel

from assistant.errors import BadQuestion, BadSettings
from assistant.models.entailment import Verdict, entailment, said
from assistant.models.grounding import unsupported
from assistant.models.responder import Phrasing
from assistant.models.responder_langchain import LangChainResponder
from assistant.models.slots import Fact, Request
from assistant.responding import parse_line, respond_lines
from assistant.shopper.respond import GuardedResponder, PlainResponder, checked, plain_words, stated
from assistant.types import Evidence, Source

LAMP = "The Harbour Lamp has a linen shade. The cable is 2 metres long. It weighs 3.5 lbs and takes 1 E27 bulb."


class Scripted:
    """Says what it is told to, one text a request."""

    def __init__(self, *texts: str, score: float = 0.0, complete: bool = True) -> None:
        self.texts = list(texts)
        self.asked: list[Request] = []
        self._as = (score, complete)

    def warm_up(self) -> None:
        """Nothing to load."""

    def phrase(self, request: Request) -> Phrasing:
        return self.phrase_all([request])[0]

    def phrase_all(self, requests: Sequence[Request]) -> list[Phrasing]:
        self.asked += requests
        return [Phrasing(self.texts.pop(0), *self._as) for _ in requests]

    def alternatives(self, request: Request, count: int) -> list[Phrasing]:
        return [self.phrase(request) for _ in self.texts[:count]]


def refused(text: str, *facts: Fact, message: str = "How long is the cable?") -> str:
    return checked(Request(message, facts or (LAMP,)), Phrasing(text, 0.0, True))[1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The cable is 3 metres long.", "figure"),
        ("The cable is 2 feet long.", "unit"),
        ("The cable is two metres long, from $5.", "figure"),
        ("The cable is 2 metres long, see www.lamps.com.", "link"),
        ("The cable is 2 metres long; write to cable@lamps.com.", "e-mail"),
        ("The cable is 2 metres long, made by Philips.", "name"),
        ("The cable is 2 metres long, since 4 May 2020.", "date"),
        ("The cable is 2 metres long under SKU-9912.", "code"),
        ("The cable is not 2 metres long.", "denial"),
        ("The [NUM3] cable is 2 metres long.", "form"),
        ("Enjoy sunny afternoons with wonderful friends over excellent coffee.", "words"),
        ("Yes.", "empty"),
        ("", "silence"),
    ],
)
def test_a_claim_without_a_source_is_refused_and_named(text: str, why: str) -> None:
    assert refused(text).partition(" ")[0] == why


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("The cable is two metres long.", (LAMP,)),
        ("It weighs 3.5 pounds.", (LAMP,)),
        ("The cable of the Harbour Lamp is 2 m long.", (LAMP,)),
        ("The cable costs $34.50.", ({"price": 34.5, "part": "cable"},)),
        ("The cable is navy.", ({"product": "cable", "colour": "navy"},)),
    ],
)
def test_the_same_thing_in_other_words_passes(text: str, facts: tuple[Fact, ...]) -> None:
    assert refused(text, *facts) == ""


@given(
    st.integers(0, 10_000),
    st.sampled_from(["The cable is {} metres long.", "It weighs {} lbs.", "The cable costs ${}.00.", "It takes {} bulbs."]),
)
def test_no_figure_but_the_evidences_own_ever_passes(number: int, form: str) -> None:
    told = form.startswith(("The cable is", "It weighs", "It takes")) and number in (1, 2)
    assert told or unsupported(form.format(number), (LAMP,), f"is it {number}?")


@pytest.mark.parametrize(
    ("question", "evidence", "verdict"),
    [
        ("Is the jacket waterproof?", "A waterproof jacket with taped seams.", Verdict.YES),
        ("Is the jacket waterproof?", "The jacket is not waterproof.", Verdict.NO),
        ("Is the jacket waterproof?", "A warm jacket with deep pockets.", Verdict.SILENT),
        ("Does it come with batteries?", "Batteries are not included.", Verdict.NO),
        ("Does it come with batteries?", "You may want to buy batteries separately.", Verdict.SILENT),
        ("Is it dishwasher safe?", "is_dishwasher_safe: { value:false }", Verdict.NO),
        ("Is it dishwasher safe?", "dishwasher safe: yes", Verdict.YES),
        ("Is it scented?", "Unscented candle.", Verdict.NO),
        ("Does it hold 20 pounds?", "It holds 10 pounds.", Verdict.SILENT),
        ("Can the hose be fitted outside?", "Yes, I mounted it outside and it works.", Verdict.YES),
        ("Is the table oak or pine?", "The table is oak.", Verdict.SILENT),
        ("How heavy is the table?", "The table is heavy.", Verdict.SILENT),
        ("Is it BPA-free?", "No BPA is used.", Verdict.SILENT),
    ],
)
def test_a_yes_is_the_evidences_or_nobodys(question: str, evidence: str, verdict: Verdict) -> None:
    assert entailment(question, [evidence]).verdict is verdict


def test_a_no_in_one_piece_outweighs_a_yes_in_another() -> None:
    found = entailment("Is the jacket waterproof?", ["A waterproof jacket.", "The jacket is not waterproof in heavy rain."])
    assert (found.verdict, found.place) == (Verdict.NO, 1)


def test_a_contradiction_is_refused_and_an_unfounded_yes_is_left_out() -> None:
    washable = Request("Is it machine washable?", ("Not machine washable.",))
    assert checked(washable, Phrasing("Yes, it is machine washable.", 0.0, True))[1].startswith("contradiction")
    warm = Request("Is it warm enough for January?", ("A warm coat of wool.",))
    assert checked(warm, Phrasing("Yes, it is a warm coat of wool.", 0.0, True)) == ("It is a warm coat of wool.", "")


def test_what_only_repeats_the_question_is_not_said_to_customers() -> None:
    request = Request("Can I wash it in the machine?", ("Cotton gloves. Hand wash only.",))
    words = Phrasing("You can wash it in the machine.", 0.0, True)
    assert checked(request, words, strict=True)[1].startswith("echo")
    held = Request("Can I wash it in the machine?", ("Wash it in the machine at 30 degrees.",))
    assert checked(held, Phrasing("Yes, wash it in the machine.", 0.0, True), strict=True) == ("Yes, wash it in the machine.", "")


@pytest.mark.parametrize(
    ("question", "evidence", "text", "why"),
    [
        ("does it have a handle?", "I wish it had a handle, but still a good buy.", "It has a handle.", "turned"),
        ("what sounds does it make?", "Nice and simple, without any extra sounds.", "It makes any extra sounds.", "turned"),
        ("what of the cover?", "The cover is waterproof. It is not for the machine.", "The cover is not waterproof.", "turned"),
        ("what is the handle like?", "I wish it had a handle. It does not fold.", "It has a handle but does not fold.", "turned"),
        ("what is in the box?", "The box holds a brush and two cups.", "The box is in the box.", "nothing"),
        ("what is in the box?", "The box holds a brush and two cups.", "The box holds a brush.", ""),
    ],
)
def test_customers_are_told_nothing_turned_round_or_empty(question: str, evidence: str, text: str, why: str) -> None:
    assert checked(Request(question, (evidence,)), Phrasing(text, 0.0, True), strict=True)[1].partition(" ")[0] == why


def test_a_value_is_not_swapped_for_the_one_asked_about() -> None:
    request = Request("Is it solid wood?", ("materials: mdf, plastic",))
    assert checked(request, Phrasing("It is made of wood and plastic.", 0.0, True))[1] == "swapped 'wood'"
    assert checked(request, Phrasing("It is made of mdf and plastic.", 0.0, True))[1] == ""


@pytest.mark.parametrize(
    ("question", "evidence", "reply", "why"),
    [
        ("how many cups fit on it?", "note that it only fits 6 small cups.", "It does not fit 6 cups.", "turned"),
        ("do you post abroad?", "we do not post abroad, only within the mainland.", "No, it isn't within the mainland.", "turned"),
        ("does it fit a bus?", "it only fits a car.", "No, it does not fit a bus.", ""),
        ("", 'pearl: { color:"cream", uniformity:"very-good", stringing:"not-strung" }', "It is cream and it is not good.", "turned"),
        ("", 'band: { size:"womens-standard", color:"Silver" }', "The band has a color and its size is silver.", "crossed"),
        ("", 'band: { size:"womens-standard", color:"Silver" }', "The band is silver and womens standard.", ""),
        ("does it come with the wood?", "requires additional timber (not included).", "It comes with the wood.", "echo"),
        ("is it scent-free?", "contains no scent or dye.", "It is scent free.", ""),
    ],
)  # fmt: skip
def test_what_turns_its_evidence_round_is_refused_for_anybody(question: str, evidence: str, reply: str, why: str) -> None:
    text, refused = checked(Request(question, (evidence,)), Phrasing(reply, -0.1, True))
    assert refused.partition(" ")[0] == why, text


@pytest.mark.parametrize(
    ("question", "evidence", "reply", "why"),
    [
        ("what is in the kit?", "all that is needed for 12 tiles: magnets, paint.", "The kit is the kit for paint.", "repeats"),
        ("how long does it fly?", "charging takes 40 minutes, flying 5 to 8 minutes.", "It flies with its charging minutes.", "nothing"),
        ("how long does it fly?", "charging takes 40 minutes, flying 5 to 8 minutes.", "It flies 5 to 8 minutes.", ""),
        ("how big is it?", "16.5 inches long, 15.5 inches wide", "It is 16.5 inches long and 15.5 inches wide.", ""),
    ],
)  # fmt: skip
def test_a_customer_gets_no_words_that_go_round_in_a_circle(question: str, evidence: str, reply: str, why: str) -> None:
    assert checked(Request(question, (evidence,)), Phrasing(reply, -0.1, True), strict=True)[1].partition(" ")[0] == why


def test_snippets_joined_by_dots_are_told_one_by_one() -> None:
    told = "teach your kids about farm life..the barn has a sliding door that lets the animals in..farms are kind of amazing"
    assert plain_words(Request("does the barn have a door?", (told,))) == "the barn has a sliding door that lets the animals in."


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        ("number of sets: 1", "The number of sets is 1."), ("light source: type: Halogen", "The light source type is Halogen."),
        ("display: size: 3 inches, type: LCD", "display: size: 3 inches, type: LCD"), ("leg:", "leg:"),
    ],
)  # fmt: skip
def test_a_single_attribute_is_stated_in_a_sentence(attribute: str, said: str) -> None:
    assert stated(attribute) == said


def test_a_word_said_twice_is_said_once() -> None:
    request = Request("what is in the box?", ("The box holds a brush and two cups.",))
    assert checked(request, Phrasing("The box holds a brush brush.", 0.0, True)) == ("The box holds a brush.", "")


TABLE = "nutrition: { fat:[ { unit:grams, value:3.0 } ], sugar:[ { unit:grams, value:11.0 } ], energy:[ { unit:calories, content:90.0 } ] }"


@pytest.mark.parametrize(
    ("fact", "text", "why"),
    [
        (TABLE, "It has 3 grams of fat and 11 grams of sugar.", ""),
        (TABLE, "It has 11 grams of fat.", "crossed"),
        ("skill_level: { value:advanced }", "This is for a skill level.", "nothing"),
        ("skill_level: { value:advanced }", "This is for advanced skill.", ""),
        ("height: { value:11 }", "The height is 11 inches.", "unit"),
        ('size: { value:"11 x 4 inches" }', "The size is 11 inches by 4 inches.", ""),
        ("resolution: { unit:pixels, value:4.0 }", 'The resolution is 4" in all.', "unit"),
    ],
)
def test_an_attributes_figures_stay_with_their_names_and_units(fact: str, text: str, why: str) -> None:
    assert refused(text, fact, message="").partition(" ")[0] == why


def test_a_word_put_together_from_pieces_is_refused() -> None:
    assert refused("The cable is two imeters long.") == "spelling 'imeters'"


def test_the_next_best_phrasing_is_said_where_the_best_may_not_be() -> None:
    class Two(Scripted):
        def phrase_all(self, requests: Sequence[Request]) -> list[Phrasing]:
            return [Phrasing("It is 9 metres.", 0.0, True, (Phrasing("The cable is 2 metres long.", -0.3, True),)) for _ in requests]

    assert GuardedResponder(Two()).word_all([Request("How long is the cable?", (LAMP,))])[0].text == "The cable is 2 metres long."


def test_only_passages_are_phrased_and_refusals_are_counted() -> None:
    price = Evidence(Source("product", "p1"), "The Harbour Lamp costs $120.00.")
    text = Evidence(Source("product", "p1"), "The description says: “The cable is 2 metres long.”", passages=(LAMP,))
    model = Scripted("The cable is 2 metres long.", "The cable is 9 metres long.")
    responder = GuardedResponder(model)
    first = responder.reply("product_question", "How long is the cable, and what does it cost?", (price, text))
    assert first.text == "The Harbour Lamp costs $120.00.\nThe cable is 2 metres long."
    assert first.trace == (("responder", "model"),)
    second = responder.reply("product_question", "How long is the cable?", (price, text))
    assert second.text == f"{price.text}\n{text.text}"
    assert second.trace == (("responder", "plain figure '9'"),)
    assert responder.counts == {"model": 1, "refused: figure": 1}
    assert [request.evidence for request in model.asked] == [(LAMP,), (LAMP,)]


def test_a_guess_and_an_unfinished_reply_are_not_said() -> None:
    request = Request("How long is the cable?", (LAMP,))
    for model in (Scripted("The cable is 2 metres long.", score=-4.0), Scripted("The cable is 2", complete=False)):
        wording = GuardedResponder(model).word_all([request])[0]
        assert not wording.by_model
        assert wording.text == plain_words(request)


def test_the_brief_style_says_the_two_sentences_that_are_asked_for() -> None:
    steps = "Open your account. Choose the order. Press cancel. Confirm it. The money is back in a week."
    assert plain_words(Request("when is the money back", (steps,))).endswith("The money is back in a week.")
    assert plain_words(Request("when is the money back", (steps,), style="full")) == steps
    model = Scripted("Open your account.", "Open your account.")
    responder = GuardedResponder(model)
    piece = Evidence(Source("faq", "f"), steps, passages=(steps,))
    responder.reply("", "is it possible to cancel", (piece,))
    responder.reply("", "what are the steps to cancel", (piece,))
    assert [request.style for request in model.asked] == ["brief", "full"]


def test_the_plain_responder_says_each_sentence_once() -> None:
    piece = Evidence(Source("faq", "f"), "We ship on Mondays.", passages=("x",))
    assert PlainResponder().reply("", "when", (piece, piece)).text == "We ship on Mondays."


def test_a_chat_model_is_under_the_same_guard() -> None:
    model = FakeListChatModel(responses=["The cable is 2 metres long.", "It is 20 metres long, from IKEA."])
    responder = GuardedResponder(LangChainResponder("fake:model", model))
    request = Request("How long is the cable?", (LAMP,))
    assert [wording.by_model for wording in (*responder.word_all([request]), *responder.word_all([request]))] == [True, False]


def test_a_chat_model_that_fails_or_is_late_leaves_the_plain_words(caplog: pytest.LogCaptureFixture) -> None:
    late = LangChainResponder("fake:slow", FakeListChatModel(responses=["The cable is 2 metres long."], sleep=0.5), time_limit_s=0.05)

    class Broken:
        def invoke(self, messages: object) -> object:
            raise ConnectionError("no route")

    for model in (late, LangChainResponder("fake:broken", Broken())):
        assert GuardedResponder(model).word_all([Request("How long is the cable?", (LAMP,))])[0].text == plain_words(
            Request("How long is the cable?", (LAMP,))
        )
    assert "gave no answer within" in caplog.text
    assert "no route" in caplog.text


def test_a_provider_that_is_not_there_is_a_bad_setting() -> None:
    with pytest.raises(BadSettings, match="nobody:nothing"):
        LangChainResponder("nobody:nothing").warm_up()


def line(**fields: object) -> str:
    return json.dumps({"id": "a", "message": "How long is the cable?", "evidence": [LAMP], **fields})


def test_lines_are_answered_in_order_and_those_before_a_bad_one_as_well() -> None:
    responder = GuardedResponder(Scripted("The cable is 2 metres long.", "It has a linen shade."))
    lines = respond_lines(responder, [line(id="1"), "\n", line(id=2, message="What shade?", evidence=[{"shade": "linen"}]), "{nope"])
    assert [json.loads(next(lines)) for _ in range(2)] == [
        {"id": "1", "text": "The cable is 2 metres long."},
        {"id": 2, "text": "It has a linen shade."},
    ]
    with pytest.raises(BadQuestion, match="Line 4 is not JSON"):
        next(lines)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("[1]", "not a JSON object"),
        (line(id=None), "'id' is None"),
        (line(message=3), "'message' is 3"),
        (line(evidence=[]), "'evidence' is"),
        (line(evidence="text"), "'evidence' is 'text'"),
        (line(evidence=[["x"]]), "a piece of evidence"),
        (line(evidence=[{"a": [1]}]), "a piece of evidence"),
        (line(evidence=["x" * 30_000]), "more than 20,000"),
        (line(style="loud"), "'style' is 'loud'"),
        (line(intent=1), "'intent' is 1"),
    ],
)
def test_a_bad_line_says_what_is_wrong(bad: str, says: str) -> None:
    with pytest.raises(BadQuestion, match=f"Line 7.*{says}"):
        parse_line(bad, 7)


def test_the_command_reads_lines_and_writes_lines(shopclerk: str, tmp_path: Path) -> None:
    def run(*words: str, text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([shopclerk, "respond", *words], input=text, capture_output=True, text=True, timeout=240, check=False)

    done = run("--jsonl", "--model", "plain", text=line(id="q7") + "\n")
    assert json.loads(done.stdout) == {"id": "q7", "text": plain_words(Request("How long is the cable?", (LAMP,)))}
    wrong = run("--jsonl", "--model", str(tmp_path), text=line())
    assert wrong.returncode == 2
    assert "There is no responder" in wrong.stderr


def test_yes_and_no_are_read_off_the_beginning_only() -> None:
    readings: dict[str, Verdict] = {
        "Yes, it does.": Verdict.YES,
        "no it doesn't": Verdict.NO,
        "No problems at all": Verdict.SILENT,
        "It does.": Verdict.SILENT,
    }
    assert {text: said(text) for text in readings} == readings


def test_a_plural_name_has_its_verb_in_the_plural() -> None:
    request = Request("are they waterproof?", ({"product": "Fell Hiking Boots"}, "description: The membrane is waterproof."))
    text = checked(request, Phrasing("Yes, the Fell Hiking Boots is waterproof.", 0.0, True))[0]
    assert text == "Yes, the Fell Hiking Boots are waterproof."


def test_an_answer_of_empty_words_is_none() -> None:
    request = Request(
        "do I have to buy batteries for it?", ({"product": "Dusk Collar"}, "description: A collar charged by USB is durable.")
    )
    assert checked(request, Phrasing("The Dusk Collar is included.", 0.0, True), strict=True)[1] == "nothing new"
    assert checked(request, Phrasing("The Dusk Collar is charged by USB.", 0.0, True), strict=True)[1] == ""


@pytest.mark.parametrize("text", ["The kit comes with the kit.", "The box comes in the box.", "It is oak or oak."])
def test_a_thing_said_of_itself_is_refused(text: str) -> None:
    evidence = "The kit comes in a box of oak with brushes."
    assert checked(Request("what are the contents of the box?", (evidence,)), Phrasing(text, 0.0, True))[1].startswith("circle")


def test_two_things_alike_may_stand_beside_one_another() -> None:
    words = Phrasing("The kit comes in a box with brushes.", 0.0, True)
    assert checked(Request("what is in the kit?", ("The kit comes in a box with brushes.",)), words) == (words.text, "")
