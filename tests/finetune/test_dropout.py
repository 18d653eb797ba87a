"""Dropout drawn byte by byte: as many numbers dropped as asked for, the mean kept, the same ones for the same seed, none in serving."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from finetune.dropout import QuickDropout, quicken  # noqa: E402


def test_it_drops_a_share_and_keeps_the_mean() -> None:
    torch.manual_seed(3)
    ones = torch.ones(200, 500, requires_grad=True)
    dropped = QuickDropout(0.2)(ones)
    assert float((dropped == 0).float().mean()) == pytest.approx(0.2, abs=0.01)
    assert float(dropped.detach().mean()) == pytest.approx(1.0, abs=0.01)
    dropped.sum().backward()
    assert torch.equal(ones.grad, dropped)


def test_torchs_seed_decides_which() -> None:
    dropout, ones = QuickDropout(0.5), torch.ones(50, 50)
    torch.manual_seed(4)
    state, first, second = torch.get_rng_state(), dropout(ones), dropout(ones)
    torch.set_rng_state(state)
    assert torch.equal(dropout(ones), first)
    assert not torch.equal(first, second)


def test_nothing_is_dropped_in_serving_or_at_nothing() -> None:
    ones = torch.ones(50, 50)
    assert torch.equal(QuickDropout(0.5).eval()(ones), ones)
    assert torch.equal(QuickDropout(0.0)(ones), ones)


def test_a_networks_dropouts_are_replaced_wherever_they_are() -> None:
    network = nn.Sequential(nn.Dropout(0.3), nn.ModuleDict({"inner": nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.1))}))
    quicken(network)
    assert [module.p for module in network.modules() if isinstance(module, QuickDropout)] == [0.3, 0.1]
    assert not any(isinstance(module, nn.Dropout) for module in network.modules())
