from __future__ import annotations

from pathlib import Path

import pytest

from assistant.config import load_settings, read_settings_file, write_settings
from assistant.errors import BadSettings


def test_defaults_without_a_file(tmp_path: Path) -> None:
    assert load_settings(tmp_path).shopper.policy == "default"


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(tmp_path, {"shop_name": "Tarn", "serve": {"port": 9000}})
    monkeypatch.setenv("SHOPCLERK_SERVE__PORT", "9001")
    settings = load_settings(tmp_path)
    assert (settings.shop_name, settings.serve.port) == ("Tarn", 9001)


def test_writing_keeps_what_was_there(tmp_path: Path) -> None:
    write_settings(tmp_path, {"shop_name": 'Tarn "& Fell"', "shopper": {"style": "full"}})
    write_settings(tmp_path, {"shopper": {"policy": "tau-retail"}, "currency": "GBP"})
    assert read_settings_file(tmp_path) == {
        "shop_name": 'Tarn "& Fell"',
        "currency": "GBP",
        "shopper": {"style": "full", "policy": "tau-retail"},
    }


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("shop_nam = 'x'", "shop_nam"),
        ("currency = 'POUNDS'", "POUNDS"),
        ("[serve]\nport = 99999", "serve.port"),
        ("shop_name = ", "settings.toml"),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, content: str, named: str) -> None:
    (tmp_path / "settings.toml").write_text(content)
    with pytest.raises(BadSettings, match=named):
        load_settings(tmp_path)


def test_a_refused_write_leaves_the_file_alone(tmp_path: Path) -> None:
    write_settings(tmp_path, {"currency": "EUR"})
    with pytest.raises(BadSettings):
        write_settings(tmp_path, {"currency": "EURO"})
    assert load_settings(tmp_path).currency == "EUR"
