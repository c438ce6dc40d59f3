"""Engines: token ids -> logits. ONNX Runtime for the shipped checkpoint, torch for any transformers checkpoint."""

from __future__ import annotations

import copy
import os
import platform
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from nli import memory
from nli.checkpoints import Checkpoint, weights_hash
from nli.errors import CheckpointError, first_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Pairs = "Sequence[tuple[str, str]]"
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


def open_engine(checkpoint: Checkpoint, *, threads: int | None = None, precision: str = "float32") -> Engine:
    """The engine for a checkpoint. `threads`: CPU threads, all cores by default.

    `precision` of a torch checkpoint: float32, bfloat16, or auto for what is faster here; an ONNX file has its own.
    """
    return OnnxEngine(checkpoint, threads) if checkpoint.onnx else TorchEngine(checkpoint, threads, precision)


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


def _cut(pairs: Sequence[tuple[str, str]], limit: int) -> tuple[list[tuple[str, str]], list[bool]]:
    """The pairs with their texts cut to `limit` characters, and which ones that touched."""
    return [(p[:limit], h[:limit]) for p, h in pairs], [len(p) > limit or len(h) > limit for p, h in pairs]


def open_session(model: Path | bytes, threads: int | None) -> Any:
    """An ONNX Runtime session on the CPU, all cores by default."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # patterns are kept for every shape of batch that ever was
    if threads:
        options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class OnnxEngine:
    """`model.onnx` with `tokenizer.json`, on the CPU; loads neither torch nor transformers."""

    def __init__(self, checkpoint: Checkpoint, threads: int | None) -> None:
        from tokenizers import Tokenizer

        self.workers, self.precision = threads or cores(), "onnx"
        try:
            # A thread a batch, not all threads on one batch: nobody waits for the slowest at every layer.
            self.session = open_session(checkpoint.path / "model.onnx", 1)
            self.tokenizer = Tokenizer.from_file(str(checkpoint.path / "tokenizer.json"))
        except Exception as error:  # both libraries raise bare Exceptions for broken files
            raise CheckpointError(f"{checkpoint.path}: cannot be loaded ({first_line(error)})") from error
        self.inputs = {i.name for i in self.session.get_inputs()}
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(checkpoint.max_length, strategy="longest_first")
        self.limit = checkpoint.max_length * CHARACTERS_PER_TOKEN
        self.padding = self.tokenizer.token_to_id("<pad>") or self.tokenizer.token_to_id("[PAD]") or 0

    @property
    def arithmetic(self) -> str:
        return self.precision  # a batch has one thread, however many batches run

    def encode(self, pairs: Sequence[tuple[str, str]]) -> list[Encoded]:
        texts, cut = _cut(pairs, self.limit)
        encodings = self.tokenizer.encode_batch(texts)
        return [
            Encoded(e.ids, e.type_ids, was_cut or bool(e.overflowing))
            for e, was_cut in zip(encodings, cut, strict=True)
        ]

    def logits(self, batch: Sequence[Encoded]) -> np.ndarray:
        names = ("input_ids", "attention_mask", "token_type_ids")
        feed = dict(zip(names, padded(batch, self.padding), strict=True))
        result: np.ndarray = self.session.run(None, {k: v for k, v in feed.items() if k in self.inputs})[0]
        return result


class TorchEngine:
    """Any sequence-classification checkpoint in safetensors, on CUDA or MPS when there, else the CPU."""

    def __init__(self, checkpoint: Checkpoint, threads: int | None, precision: str) -> None:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        self.workers = 1  # torch itself spreads a batch over the cores
        if threads:
            torch.set_num_threads(threads)
        self.device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        try:
            self.tokenizer: Any = AutoTokenizer.from_pretrained(checkpoint.path, trust_remote_code=False)
            model, info = AutoModelForSequenceClassification.from_pretrained(
                checkpoint.path,
                dtype=torch.float32,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
            )
        except Exception as error:  # transformers and safetensors raise many types for broken folders
            raise CheckpointError(f"{checkpoint.path}: cannot be loaded ({first_line(error)})") from error
        if missing := sorted(info["missing_keys"]):
            raise CheckpointError(
                f"{checkpoint.path}: the weights lack {missing[0]} ({len(missing)} missing); not a finished classifier"
            )
        self.model = model.to(self.device).eval()
        self.max_length = checkpoint.max_length
        self.limit = checkpoint.max_length * CHARACTERS_PER_TOKEN
        self.padding = self.tokenizer.pad_token_id or 0
        self.precision = "float32"
        if precision == "bfloat16" or (precision == "auto" and self._bfloat16_is_faster(checkpoint)):
            self.model, self.precision = self.model.bfloat16(), "bfloat16"

    @property
    def arithmetic(self) -> str:
        """torch sums in another order with other threads."""
        import torch

        return f"{self.precision} on {self.device}, {torch.get_num_threads()} threads"

    def _bfloat16_is_faster(self, checkpoint: Checkpoint) -> bool:
        """Timed on one batch, once for a model and a machine; what was found is remembered."""
        import torch

        def seconds(model: Any) -> float:
            ids = torch.full((16, min(64, self.max_length)), self.padding + 5, device=self.device)
            times = []
            with torch.inference_mode():
                for _ in range(4):
                    started = time.perf_counter()
                    model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits.float().cpu()
                    times.append(time.perf_counter() - started)
            return min(times)

        key = "/".join((weights_hash(checkpoint.path), self.device, platform.node(), str(torch.get_num_threads())))
        known = memory.recall("bfloat16 is faster")
        if key not in known:
            known[key] = seconds(copy.deepcopy(self.model).bfloat16()) < 0.9 * seconds(self.model)
            memory.remember("bfloat16 is faster", known)
        return bool(known[key])

    def encode(self, pairs: Sequence[tuple[str, str]]) -> list[Encoded]:
        texts, cut = _cut(pairs, self.limit)
        premises, hypotheses = (list(side) for side in zip(*texts, strict=True))
        encoded = self.tokenizer(
            premises, hypotheses, truncation="longest_first", max_length=self.max_length, return_token_type_ids=True
        )
        full = (
            [bool(e.overflowing) for e in encoded.encodings]
            if encoded.encodings
            else [len(i) >= self.max_length for i in encoded["input_ids"]]
        )
        columns = zip(encoded["input_ids"], encoded["token_type_ids"], cut, full, strict=True)
        return [Encoded(ids, types, was_cut or overflows) for ids, types, was_cut, overflows in columns]

    def logits(self, batch: Sequence[Encoded]) -> np.ndarray:
        import torch

        ids, mask, types = (torch.from_numpy(array).to(self.device) for array in padded(batch, self.padding))
        inputs = {"input_ids": ids, "attention_mask": mask}
        if "token_type_ids" in self.tokenizer.model_input_names:
            inputs["token_type_ids"] = types
        with torch.inference_mode():
            result: np.ndarray = self.model(**inputs).logits.float().cpu().numpy()
        return result
