"""How models/quantise.py rounds what an int8 product is given: channels and tokens of very different sizes both keep their digits."""

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "models"))

import quantise


class Attention(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k = torch.nn.Linear(64, 16), torch.nn.Linear(64, 16)


class Net(torch.nn.Module):
    """Three linear layers, called as those of an encoder are."""

    def __init__(self):
        super().__init__()
        block = torch.nn.Module()
        block.attn = Attention()
        block.output = torch.nn.ModuleDict({"dense": torch.nn.Linear(64, 16)})
        self.net = torch.nn.Module()
        self.net.encoder = torch.nn.Module()
        self.net.encoder.layer = torch.nn.ModuleList([block])

    def forward(self, values, activated):
        block = self.net.encoder.layer[0]
        return block.attn.q(values), block.attn.k(values), block.output["dense"](activated)


@pytest.fixture
def prepared():
    torch.manual_seed(1)
    net = Net()
    values = torch.randn(200, 64)
    values[:, 5] *= 40  # a channel that is large for every token
    activated = torch.nn.functional.gelu(torch.randn(200, 64))
    activated[::20] *= 40  # tokens that are large in every channel
    plan = quantise.roundings(net, quantise.observe(net, [lambda: net(values, activated)]))
    return net, values, activated, plan


def rounded(values, rounding):
    """What a product sees of its input, as float: the graph's arithmetic."""
    divisors = rounding.divisors
    if divisors is None:
        divisors = values.amax(-1, keepdim=True).clamp(min=quantise.BY_TOKEN_LEAST)
    steps = (values / divisors / rounding.scale + rounding.zero).round().clamp(0, 255)
    return (steps - rounding.zero) * rounding.scale * divisors


def plainly(values):
    """One range for everything, from the least to the largest value."""
    scale = (values.max() - values.min()).item() / 255
    return torch.fake_quantize_per_tensor_affine(values, scale, round(-values.min().item() / scale), 0, 255)


def test_a_large_channel_leaves_the_others_their_digits(prepared):
    _, values, _, plan = prepared
    found = rounded(values, plan["net.encoder.layer.0.attn.q"])
    others = torch.arange(64) != 5
    error, plain = ((x - values)[:, others].abs().mean() for x in (found, plainly(values)))
    assert error < plain / 5
    assert (found - values)[:, 5].abs().max() < values[:, 5].abs().max() / 100


def test_a_large_token_leaves_the_others_their_digits(prepared):
    _, _, activated, plan = prepared
    found = rounded(activated, plan["net.encoder.layer.0.output.dense"])
    others = torch.arange(200) % 20 != 0
    error, plain = ((x - activated)[others].abs().mean() for x in (found, plainly(activated)))
    assert error < plain / 10
    assert (found - activated)[others].abs().max() < 0.02  # below zero nothing is cut off


def test_layers_of_one_input_share_its_rounding(prepared):
    _, _, _, plan = prepared
    q, k = (plan[f"net.encoder.layer.0.attn.{name}"] for name in "qk")
    assert q.scale == k.scale and q.zero == k.zero and torch.equal(q.divisors, k.divisors)


def test_the_weights_take_over_what_the_inputs_lose(prepared):
    net, values, activated, plan = prepared
    before = net(values, activated)
    quantise.absorb(net, plan)
    after = net(values / plan["net.encoder.layer.0.attn.q"].divisors, activated)
    for old, new in zip(before, after, strict=True):
        torch.testing.assert_close(old, new, rtol=1e-4, atol=1e-4)
