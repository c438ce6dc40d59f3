"""Narrows the feed-forward layers of a transformer to their most useful neurons, which loses less than dropping whole layers.

A neuron's importance is the mean of |activation * gradient of the loss| over its tokens, the first-order change of the loss if
it were removed (Molchanov et al. 2017, "Pruning Convolutional Neural Networks for Resource Efficient Inference").
"""

from collections.abc import Callable, Iterable

import torch
from transformers import PreTrainedModel


def importance(model: PreTrainedModel, losses: Iterable[Callable[[], torch.Tensor]]) -> list[list[float]]:
    """Of every feed-forward neuron, by encoder layer. Each of `losses` runs the model once and returns the loss to explain."""
    layers = model.base_model.encoder.layer
    totals = [torch.zeros(layer.intermediate.dense.out_features) for layer in layers]
    activations: list[torch.Tensor] = []

    def keep(_: torch.nn.Module, __: object, output: torch.Tensor) -> None:
        output.retain_grad()
        activations.append(output)

    hooks = [layer.intermediate.register_forward_hook(keep) for layer in layers]
    model.eval()
    for loss in losses:
        activations.clear()
        loss().backward()
        for total, activation in zip(totals, activations, strict=True):
            total += (activation.detach().float() * activation.grad.float()).abs().mean(dim=(0, 1))
        model.zero_grad()
    for hook in hooks:
        hook.remove()
    return [total.tolist() for total in totals]


def most_important(scores: list[list[float]], width: int) -> list[list[int]]:
    """The `width` neurons of each layer with the highest scores, in their order."""
    return [sorted(sorted(range(len(layer)), key=lambda i: -layer[i])[:width]) for layer in scores]


@torch.no_grad()
def narrow(model: PreTrainedModel, kept: list[list[int]]) -> None:
    """Keeps, in place, only the listed neurons of each feed-forward layer; all lists must be of one length."""
    for layer, neurons in zip(model.base_model.encoder.layer, kept, strict=True):
        up, down = layer.intermediate.dense, layer.output.dense
        up.weight = torch.nn.Parameter(up.weight[neurons].clone())
        up.bias = torch.nn.Parameter(up.bias[neurons].clone())
        down.weight = torch.nn.Parameter(down.weight[:, neurons].clone())
        up.out_features = down.in_features = len(neurons)
    model.config.intermediate_size = len(kept[0])
