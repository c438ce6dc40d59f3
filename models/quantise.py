"""8-bit activations in training: calibrated once, then fixed, so that the float model already is what the int8 model computes.

One large activation in a layer makes the steps of 8 bits coarse for all others: converted after training, the base model kept
only 92 % of its labels. So the inputs of the encoder's linear layers are rounded while training (straight-through
gradients), with the range of each chosen to lose least in the mean square.
"""

from collections.abc import Callable, Iterable

import torch

GRID = torch.linspace(0.2, 1.0, 33)  # candidate ranges, as shares of the observed one
SAMPLE = 50_000  # values kept per batch and layer


def encoder_linears(model: torch.nn.Module) -> dict[str, torch.nn.Linear]:
    """The linear layers inside the encoder, by module name."""
    return {n: m for n, m in model.named_modules() if isinstance(m, torch.nn.Linear) and ".encoder.layer." in n}


def calibrate(model: torch.nn.Module, batches: Iterable[Callable[[], object]]) -> dict[str, tuple[float, int]]:
    """Runs forward passes and returns (scale, zero point) of the uint8 input of each linear layer in the encoder."""
    seen: dict[str, list[torch.Tensor]] = {name: [] for name in encoder_linears(model)}

    def watch(name: str) -> Callable[..., None]:
        def hook(_: torch.nn.Module, inputs: tuple[torch.Tensor]) -> None:
            values = inputs[0].detach().float().flatten()
            sample = values[:: max(1, len(values) // SAMPLE)]
            seen[name].append(torch.cat([sample, values.min()[None], values.max()[None]]))

        return hook

    hooks = [m.register_forward_pre_hook(watch(n)) for n, m in encoder_linears(model).items()]
    training = model.training
    model.eval()
    with torch.no_grad():
        for run in batches:
            run()
    model.train(training)
    for hook in hooks:
        hook.remove()
    return {name: best_range(torch.cat(values)) for name, values in seen.items()}


def best_range(values: torch.Tensor) -> tuple[float, int]:
    """Scale and zero point of the uint8 grid that rounds `values` with the least mean square error."""
    low, high = min(values.min().item(), 0.0), max(values.max().item(), 0.0)
    best: tuple[float, float, int] | None = None
    for share in GRID.tolist():
        scale = max((high - low) * share / 255, 1e-8)
        zero = min(255, max(0, round(-low * share / scale)))
        rounded = torch.fake_quantize_per_tensor_affine(values, scale, zero, 0, 255)
        error = (rounded - values).square().mean().item()
        if best is None or error < best[0]:
            best = error, scale, zero
    assert best is not None
    return best[1], best[2]


class Rounding:
    """While `on`, the encoder's linear layers see their inputs rounded to 8 bits; gradients pass straight through.

    A model that always trains with it needs it: in float32 it is another model. Rounding in a share of the steps keeps both alike.
    """

    def __init__(self, model: torch.nn.Module, ranges: dict[str, tuple[float, int]]) -> None:
        self.on = True
        for name, linear in encoder_linears(model).items():
            linear.register_forward_pre_hook(self._hook(*ranges[name]))

    def _hook(self, scale: float, zero: int) -> Callable[..., tuple[torch.Tensor] | None]:
        def hook(_: torch.nn.Module, inputs: tuple[torch.Tensor]) -> tuple[torch.Tensor] | None:
            return (torch.fake_quantize_per_tensor_affine(inputs[0].float(), scale, zero, 0, 255),) if self.on else None

        return hook


def its_turn(step: int, share: float) -> bool:
    """Whether `step` is one of those, evenly spread, that make up `share` of all; the same when a run is continued."""
    return int((step + 1) * share) > int(step * share)
