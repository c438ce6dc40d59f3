"""Engines: token ids -> logits. ONNX Runtime or OpenVINO for the shipped checkpoints, torch for any transformers checkpoint."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from nli.checkpoints import Checkpoint
from nli.errors import CheckpointError, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

RUNTIMES = ("onnxruntime", "openvino")  # of an ONNX checkpoint
CHARACTERS_PER_TOKEN = 40  # longer texts are cut before tokenising: no token of a usable text is longer


class Encoded(NamedTuple):
    """One tokenised pair: ids and token types, and whether it had to be cut to the model's length."""

    ids: list[int]
    types: list[int]
    truncated: bool


class Engine(Protocol):
    workers: int  # batches that run at once
    precision: str  # of the products: int8 or float32 as an ONNX file has them, float32 or bfloat16 in torch

    @property
    def arithmetic(self) -> str:
        """All that the last digits of the scores depend on, besides the weights; for people to read."""
        ...

    def encode(self, pairs: Sequence[tuple[str, str]]) -> list[Encoded]: ...

    def logits(self, batch: Sequence[Encoded]) -> np.ndarray:
        """Float32 logits, shape (len(batch), 3), columns as the checkpoint has them."""
        ...


def open_engine(
    checkpoint: Checkpoint, *, threads: int | None = None, precision: str = "float32", runtime: str = "onnxruntime"
) -> Engine:
    """The engine for a checkpoint. `threads`: CPU threads, all cores by default.

    `precision` of a torch checkpoint: float32, bfloat16, or auto for what is faster here; an ONNX file has its own. `runtime` of an
    ONNX file: one of RUNTIMES. Raises CheckpointError when the checkpoint is not for that runtime, DependencyError when the
    runtime is not installed.
    """
    from nli.onnx_engines import OnnxEngine, OpenVinoEngine

    if runtime not in RUNTIMES:
        raise InputError(f"runtime {runtime!r}: expected one of {', '.join(RUNTIMES)}")
    if checkpoint.onnx:
        return OpenVinoEngine(checkpoint, threads) if runtime == "openvino" else OnnxEngine(checkpoint, threads)
    if runtime == "openvino":
        raise CheckpointError(f"{checkpoint.name}: OpenVINO runs ONNX checkpoints, and this one is for torch")
    from nli.torch_engine import TorchEngine

    return TorchEngine(checkpoint, threads, precision)


def cores() -> int:
    """CPUs that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def padded(batch: Sequence[Encoded], padding: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """int64 arrays (rows, longest): ids, attention mask, token types."""
    longest = max(len(e.ids) for e in batch)
    ids = np.full((len(batch), longest), padding, dtype=np.int64)
    mask, types = np.zeros_like(ids), np.zeros_like(ids)
    for row, encoded in enumerate(batch):
        length = len(encoded.ids)
        ids[row, :length], mask[row, :length], types[row, :length] = encoded.ids, 1, encoded.types
    return ids, mask, types


def cut(pairs: Sequence[tuple[str, str]], limit: int) -> tuple[list[tuple[str, str]], list[bool]]:
    """The pairs with their texts cut to `limit` characters, and which ones that touched."""
    return [(p[:limit], h[:limit]) for p, h in pairs], [len(p) > limit or len(h) > limit for p, h in pairs]
