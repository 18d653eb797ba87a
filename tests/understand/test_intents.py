"""The catalogue of intents: complete, told apart, and open to a shop's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import BadSettings
from assistant.intents import OUT_OF_SCOPE, load_catalogue
from assistant.types import Role


def test_every_intent_is_described_and_has_examples() -> None:
    for intent in load_catalogue():
        assert intent.description, intent.name
        assert len(intent.examples) >= 12, intent.name
        assert intent.roles, intent.name


def test_no_example_belongs_to_two_intents_of_one_role() -> None:
    catalogue = load_catalogue()
    for role in (Role.SHOPPER, Role.STAFF):
        seen: dict[str, str] = {}
        for intent in catalogue.of_role(role):
            for text in intent.examples:
                assert seen.setdefault(text.casefold(), intent.name) == intent.name, text


def test_agents_mean_what_shoppers_mean_and_staff_do_not() -> None:
    catalogue = load_catalogue()
    assert catalogue.of_role(Role.AGENT) == catalogue.of_role(Role.SHOPPER)
    staff = {intent.name for intent in catalogue.of_role(Role.STAFF)}
    assert "forecast" in staff
    assert "track_order" not in staff
    assert OUT_OF_SCOPE in staff


def test_a_shop_adds_intents_and_examples(tmp_path: Path) -> None:
    (tmp_path / "intents.toml").write_text(
        '[[intent]]\nname = "gift_registry"\ndescription = "Wedding lists."\nexamples = ["open a wedding list"]\n'
        '[[intent]]\nname = "greeting"\nexamples = ["ahoy sailor"]\n',
        encoding="utf-8",
    )
    catalogue = load_catalogue(tmp_path)
    by_name = {intent.name: intent for intent in catalogue}
    assert by_name["gift_registry"].roles == (Role.SHOPPER,)
    assert "ahoy sailor" in by_name["greeting"].examples
    assert len(by_name["greeting"].examples) == len({i.name: i for i in load_catalogue()}["greeting"].examples) + 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[[intent]\n", "not valid TOML"),
        ('[[intent]]\nname = "two words"\nexamples = ["a"]', "two words"),
        ('[[intent]]\nname = "empty"\nexamples = []', "no usable examples"),
        ('[[intent]]\nname = "x"\nroles = ["king"]\nexamples = ["a"]', "king"),
    ],
)
def test_a_malformed_file_is_refused_by_name(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "intents.toml").write_text(content, encoding="utf-8")
    with pytest.raises(BadSettings, match=told):
        load_catalogue(tmp_path)
