"""Engines for ONNX checkpoints, on the CPU: ONNX Runtime, and OpenVINO where it is installed and asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from nli.checkpoints import Checkpoint
from nli.engines import CHARACTERS_PER_TOKEN, Encoded, cores, cut, padded
from nli.errors import CheckpointError, DependencyError, NliError, first_line

Run = Callable[[dict[str, np.ndarray]], np.ndarray]


@cache
def saturates() -> bool:
    """Whether this processor's products of uint8 with int8 saturate, as those of x86 without VNNI do: a model in int8 would be wrong,
    and say nothing. Asked of the processor itself: saturation.onnx multiplies rows of the largest values (tests build it)."""
    import onnxruntime

    session = onnxruntime.InferenceSession(
        Path(__file__).with_name("saturation.onnx"), providers=["CPUExecutionProvider"]
    )
    (found,) = session.run(None, {"values": np.full((8, 64), 255, dtype=np.uint8)})
    return bool((found != 255 * 127 * 64).any())


def open_session(model: Path | bytes, threads: int | None) -> Any:
    """An ONNX Runtime session on the CPU, all cores by default."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if saturates():
        options.add_session_config_entry(
            "session.x64quantprecision", "1"
        )  # int8 weights become uint8: slower, and right
    options.enable_mem_pattern = False  # patterns are kept for every shape of batch that ever was
    if threads:
        options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class OnnxEngine:
    """`model.onnx` with `tokenizer.json`, on the CPU; loads neither torch nor transformers."""

    precision = "onnx"

    def __init__(self, checkpoint: Checkpoint, threads: int | None) -> None:
        from tokenizers import Tokenizer

        self.workers = threads or cores()
        try:
            self.inputs, self.outputs = self._open(checkpoint.path / "model.onnx")
            self.tokenizer = Tokenizer.from_file(str(checkpoint.path / "tokenizer.json"))
        except NliError:
            raise
        except Exception as error:  # the libraries raise bare Exceptions for broken files
            raise CheckpointError(f"{checkpoint.path}: cannot be loaded ({first_line(error)})") from error
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(checkpoint.max_length, strategy="longest_first")
        self.limit = checkpoint.max_length * CHARACTERS_PER_TOKEN
        self.padding = self.tokenizer.token_to_id("<pad>") or self.tokenizer.token_to_id("[PAD]") or 0

    def _open(self, model: Path) -> tuple[set[str], Run]:
        """The names of its inputs, and what gives the logits of a batch."""
        # A thread a batch, not all threads on one batch: nobody waits for the slowest at every layer.
        session = open_session(model, 1)
        return {i.name for i in session.get_inputs()}, lambda feed: session.run(None, feed)[0]

    @property
    def arithmetic(self) -> str:
        return self.precision  # a batch has one thread, however many batches run

    def encode(self, pairs: Sequence[tuple[str, str]]) -> list[Encoded]:
        texts, shortened = cut(pairs, self.limit)
        encodings = self.tokenizer.encode_batch(texts)
        return [
            Encoded(e.ids, e.type_ids, was_cut or bool(e.overflowing))
            for e, was_cut in zip(encodings, shortened, strict=True)
        ]

    def logits(self, batch: Sequence[Encoded]) -> np.ndarray:
        names = ("input_ids", "attention_mask", "token_type_ids")
        feed = dict(zip(names, padded(batch, self.padding), strict=True))
        return self.outputs({k: v for k, v in feed.items() if k in self.inputs})


class OpenVinoEngine(OnnxEngine):
    """The same file in OpenVINO, which compiles it for the CPU: loads later, then is often faster (`nli bench` measures it).

    Where an activation falls between two of its 256 steps, another order of sums rounds it the other way; scores therefore differ a
    little from those of ONNX Runtime, and a pair's scores with the length of its batch.
    """

    precision = "openvino"

    def _open(self, model: Path) -> tuple[set[str], Run]:
        try:
            import openvino
        except ImportError as error:
            raise DependencyError("the package openvino is missing; pip install 'claim-nli[openvino]'") from error
        options = {
            "INFERENCE_PRECISION_HINT": "f32",
            "NUM_STREAMS": self.workers,
            "INFERENCE_NUM_THREADS": self.workers,
        }
        compiled = openvino.Core().compile_model(model, "CPU", options)
        own = threading.local()  # a request can run one batch at a time

        def run(feed: dict[str, np.ndarray]) -> np.ndarray:
            if not hasattr(own, "request"):
                own.request = compiled.create_infer_request()
            logits: np.ndarray = own.request.infer(feed)[0]
            return logits

        return {i.get_any_name() for i in compiled.inputs}, run
