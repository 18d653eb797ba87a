"""Yes and no by evidence: said where it is settled, believed where it is likely, never against another value or the network's contrary."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.models.entailment import Verdict, clashes
from assistant.models.responder import Phrasing
from assistant.models.slots import Request
from assistant.models.verdicts import Chances
from assistant.shopper.respond import checked
from assistant.shopper.settling import Settled, settle, with_verdict

YES, NO, SILENT = Verdict.YES, Verdict.NO, Verdict.SILENT


class Reads:
    """A network that reads the same chances from everything."""

    def __init__(self, yes: float, no: float) -> None:
        self.chances = Chances(yes, no)

    def warm_up(self) -> None:
        """Nothing to load."""

    def read(self, question: str, evidence: Sequence[str]) -> Chances:
        return self.chances


@pytest.mark.parametrize(
    ("yes", "no", "strict", "settled"),
    [
        (0.95, 0.02, True, Settled(YES, YES)),
        (0.8, 0.1, False, Settled(SILENT, YES)),
        (0.8, 0.1, True, Settled()),
        (0.02, 0.95, True, Settled(NO, NO)),
        (0.4, 0.3, False, Settled()),
    ],
)
def test_the_bars(yes: float, no: float, strict: bool, settled: Settled) -> None:
    assert settle("will it go with my old phone?", ["Takes most handsets."], Reads(yes, no), strict=strict) == settled


def test_rules_and_network_must_not_contradict_each_other() -> None:
    told = ["The jacket is not waterproof."]
    assert settle("is the jacket waterproof?", told, Reads(0.95, 0.03)).verdict is SILENT
    assert settle("is the jacket waterproof?", told, Reads(0.1, 0.6)).verdict is NO


@pytest.mark.parametrize(
    ("question", "evidence"),
    [
        ("does it come in orange?", "It came in a dark blue."),
        ("is it made in Italy?", "The bowl is made in Portugal or China."),
        ("is it good for a 9 year old?", "For ages 14 and up."),
        ("is it solid wood?", "Made of mdf."),
    ],
)
def test_another_value_of_the_kind_is_no_yes(question: str, evidence: str) -> None:
    assert clashes(question, [evidence])
    assert settle(question, [evidence], Reads(0.99, 0.0)).verdict is SILENT


@pytest.mark.parametrize(
    ("question", "evidence"),
    [
        ("does it come in grey?", "In grey and blue."),
        ("is it for indoors?", "Use it inside."),
        ("does it hold 2 kg?", "Holds 2 kg or 4 lbs."),
    ],
)
def test_the_same_value_does_not_clash(question: str, evidence: str) -> None:
    assert not clashes(question, [evidence])


def test_only_questions_of_yes_or_no_get_either() -> None:
    assert settle("how long is it?", ["It is 2 metres long."], Reads(0.99, 0.0)) == Settled()


@pytest.mark.parametrize(
    ("text", "verdict", "opened"),
    [
        ("It has a hood.", YES, "Yes, it has a hood."),
        ("Harbour Lamps have one.", YES, "Yes. Harbour Lamps have one."),
        ("No, it is short.", NO, "No, it is short."),
        ("It is long.", SILENT, "It is long."),
    ],
)
def test_a_verdict_opens_a_text_once(text: str, verdict: Verdict, opened: str) -> None:
    assert with_verdict(text, verdict) == opened


def test_what_affirms_against_the_evidences_denial_is_refused() -> None:
    request = Request("Will it pick up the station?", ("We were unable to pick up the station; it does not reach that far.",))
    refused = checked(request, Phrasing("It will pick up the station.", 0.0, True), settled=Settled(NO, NO))
    assert refused == ("", "contradiction of a denial")


def test_a_settled_yes_is_said_though_the_model_left_it_out() -> None:
    request = Request("Does it have a hood?", ("A rain jacket with a hood that rolls away.",))
    assert checked(request, Phrasing("It has a hood.", 0.0, True), settled=Settled(YES, YES)) == ("Yes, it has a hood.", "")
    denial = Request("Does it have a hood?", ("A rain jacket with a hood, not lined.",))
    assert checked(denial, Phrasing("The hood is not lined.", 0.0, True), settled=Settled(YES, YES))[0] == "The hood is not lined."
