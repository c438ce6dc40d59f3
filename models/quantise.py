"""How the shipped models round the inputs of their int8 products, so finely that int8 and float32 stay one model.

One large activation makes the steps of 8 bits coarse for all others. Two remedies, each where it helps:

- The outputs of a layer norm have a few channels that are large for every token. Part of their size moves into the weights that
  they are multiplied with (Xiao et al. 2023, "SmoothQuant"); what is left is rounded with fixed steps.
- The outputs of the activation function are large in some channels for some tokens, and those matter. Each token is divided by its own
  largest value before rounding, and its product multiplied by it again.

Neither depends on the other pairs of a batch.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch

SHARE = 0.8  # of a channel's size that the weights take over; with more their own rounding errs more than this saves
BY_TOKEN_SCALE, BY_TOKEN_ZERO = 1 / 223, 32  # a token's largest value becomes 255; and below zero there is room for
BY_TOKEN_LEAST = 1.2  # the least value of GELU, -0.17, if the largest is at least this


class Rounding(NamedTuple):
    """How an input becomes uint8: divided by `divisors` (a value a channel; none: by each token's largest value), then by
    `scale`, then `zero` is added."""

    scale: float
    zero: int
    divisors: torch.Tensor | None


def encoder_linears(model: torch.nn.Module) -> dict[str, torch.nn.Linear]:
    """The linear layers inside the encoder, by module name."""
    return {n: m for n, m in model.named_modules() if isinstance(m, torch.nn.Linear) and ".encoder.layer." in n}


def shared_input(name: str) -> str:
    """A name for the input of a layer: query, key and value have one."""
    return re.sub(r"\.(q|k|v|query|key|value)$", "", name)


def after_activation(name: str) -> bool:
    return name.endswith(".output.dense") and not name.endswith("attention.output.dense")


def observe(model: torch.nn.Module, batches: Iterable[Callable[[], object]]) -> dict[str, tuple[torch.Tensor, ...]]:
    """Runs forward passes; the least and the largest value of each channel of each layer's input: two tensors (inputs,)."""
    seen: dict[str, tuple[torch.Tensor, ...]] = {}

    def watch(name: str) -> Callable[..., None]:
        def hook(_: torch.nn.Module, inputs: tuple[torch.Tensor]) -> None:
            rows = inputs[0].detach().float().flatten(0, -2)
            low, high = rows.amin(0), rows.amax(0)
            before = seen.get(name, (low, high))
            seen[name] = torch.minimum(low, before[0]), torch.maximum(high, before[1])

        return hook

    hooks = [linear.register_forward_pre_hook(watch(name)) for name, linear in encoder_linears(model).items()]
    with torch.no_grad():
        for run in batches:
            run()
    for hook in hooks:
        hook.remove()
    return seen


def roundings(model: torch.nn.Module, seen: dict[str, tuple[torch.Tensor, ...]]) -> dict[str, Rounding]:
    """The rounding of each layer's input, from what `observe` saw; layers that share an input share it."""
    linears = encoder_linears(model)
    largest_weight: dict[str, torch.Tensor] = {}
    for name, linear in linears.items():
        weight = linear.weight.detach().abs().amax(0)
        key = shared_input(name)
        largest_weight[key] = torch.maximum(weight, largest_weight.get(key, weight))
    found = {}
    for name in linears:
        if after_activation(name):
            found[name] = Rounding(BY_TOKEN_SCALE, BY_TOKEN_ZERO, None)
            continue
        low, high = seen[name]
        size = torch.maximum(-low, high).clamp(min=1e-3)
        divisors = size**SHARE / largest_weight[shared_input(name)].clamp(min=1e-3) ** (1 - SHARE)
        least = min(0.0, (low / divisors).min().item())
        scale = (max(0.0, (high / divisors).max().item()) - least) / 255
        found[name] = Rounding(scale, round(-least / scale), divisors)
    return found


def absorb(model: torch.nn.Module, rounded: dict[str, Rounding]) -> None:
    """Multiplies the divisors of the inputs into the weights, in place."""
    for name, linear in encoder_linears(model).items():
        if (divisors := rounded[name].divisors) is not None:
            linear.weight.data *= divisors
