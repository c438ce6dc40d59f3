"""Other ways to run a checkpoint on pairs, for `nli bench` to measure: a name -> what it is and how it is loaded.

All but the last, which is our own engine in another runtime, get the same transformers folder in float32, the same length limit and
their own defaults; labels go by name.
"""

from __future__ import annotations

import os
import platform
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nli.checkpoints import Checkpoint
from nli.errors import DependencyError, first_line
from nli.onnx_engines import open_session
from nli.records import LABELS
from nli.scoring import Scorer, softmax

Pairs = list[tuple[str, str]]
Score = Callable[[Pairs], np.ndarray]  # probabilities, shape (pairs, 3), columns in the order of `LABELS`


@dataclass(frozen=True)
class Setup:
    """What a peer runs: a float32 transformers folder that passed the checks; the checkpoint that our engine runs; an empty folder
    for files of its own; and the token limit, temperature, CPU threads (None: the libraries' defaults) and device of our engine."""

    checkpoint: Checkpoint
    ours: Checkpoint
    scratch: Path
    max_length: int
    temperature: float
    threads: int | None
    device: str = "cpu"

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """From logits in the checkpoint's own order."""
        return softmax(logits[:, list(self.checkpoint.columns)] / self.temperature)


class Peer(NamedTuple):
    """`target`: how many times as fast as it our engine should be, if it should. `exact`: computes in float32 what the weights
    say."""

    title: str
    load: Callable[[Setup], Score]
    target: float | None
    exact: bool = False


def _cross_encoder(setup: Setup) -> Score:
    encoder = _open_encoder(setup, setup.checkpoint.path, device=setup.device)
    return lambda pairs: setup.probabilities(encoder.predict(pairs))


def _open_encoder(setup: Setup, folder: Path, device: str = "cpu", **options: Any) -> Any:
    from sentence_transformers import CrossEncoder

    return CrossEncoder(str(folder), device=device, max_length=setup.max_length, local_files_only=True, **options)


def _pipeline(setup: Setup) -> Score:
    from transformers import pipeline

    # The pipeline would switch the tokenizer's threads off for the whole process, ours too, unless told otherwise.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    classify = pipeline(
        "text-classification",
        model=str(setup.checkpoint.path),
        device=setup.device,
        dtype="float32",
        batch_size=32,
        top_k=None,
    )
    names = classify.model.config.id2label
    order = {names[column]: label for label, column in enumerate(setup.checkpoint.columns)}

    def score(pairs: Pairs) -> np.ndarray:
        rows = [{"text": premise, "text_pair": hypothesis} for premise, hypothesis in pairs]
        found = np.zeros((len(pairs), len(LABELS)))
        for row, scores in zip(found, classify(rows, truncation=True, max_length=setup.max_length), strict=True):
            row[[order[s["label"]] for s in scores]] = [s["score"] for s in scores]
        return softmax(np.log(found + 1e-30) / setup.temperature)

    return score


def _own_onnx(setup: Setup) -> Score:
    try:
        import optimum.onnxruntime  # noqa: F401
    except ImportError as error:
        raise DependencyError(
            f"optimum-onnx cannot be imported ({first_line(error)}); its releases up to 0.1.0 need transformers 4.57 or older"
        ) from error
    import onnxruntime
    from sentence_transformers import export_dynamic_quantized_onnx_model

    folder = setup.scratch / "own-onnx"
    kind = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "avx512_vnni"
    encoder = _open_encoder(setup, setup.checkpoint.path, backend="onnx", model_kwargs={"export": True})
    encoder.save_pretrained(str(folder))
    export_dynamic_quantized_onnx_model(encoder, kind, str(folder))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = setup.threads or 0
    file = {"file_name": f"onnx/model_qint8_{kind}.onnx", "session_options": options}
    quantised = _open_encoder(setup, folder, backend="onnx", model_kwargs=file)
    return lambda pairs: setup.probabilities(quantised.predict(pairs))


def _like_own_onnx(setup: Setup) -> Score:
    """`CrossEncoder.predict` with its model's forward pass replaced by a session on the graph that its ONNX backend would make.

    For where that backend cannot be installed: scores were equal to the last bit, and as fast, where it can (sentence-transformers
    5.7, transformers 4.57, optimum-onnx 0.1.0).
    """
    import torch
    from transformers.modeling_outputs import SequenceClassifierOutput

    encoder = _open_encoder(setup, setup.checkpoint.path)
    inputs = [
        name
        for name in encoder.tokenizer.model_input_names
        if name in {"input_ids", "attention_mask", "token_type_ids"}
    ]
    path = _quantised_graph(encoder.transformers_model, inputs, setup.scratch)
    session = open_session(path, setup.threads)

    def forward(**features: Any) -> Any:
        (logits,) = session.run(None, {name: features[name].numpy() for name in inputs})
        return SequenceClassifierOutput(logits=torch.from_numpy(logits))

    encoder.transformers_model.forward = forward
    return lambda pairs: setup.probabilities(encoder.predict(pairs))


def _quantised_graph(model: Any, inputs: list[str], scratch: Path) -> Path:
    """Traces a classifier and quantises it as `export_dynamic_quantized_onnx_model` does: every operator that ONNX Runtime has an
    int8 form of, products of two activations too, weights int8 a channel, activations uint8 with ranges of each batch."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.model(**dict(zip(inputs, tensors, strict=True))).logits
            return logits

    example = tuple(torch.ones(2, 16, dtype=torch.int64) for _ in inputs)
    axes = {name: {0: "batch", 1: "tokens"} for name in inputs}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tracing, and that there is a newer exporter
        torch.onnx.export(
            Logits().eval(), example, str(scratch / "float.onnx"), input_names=inputs, output_names=["logits"],
            dynamic_axes={**axes, "logits": {0: "batch"}}, opset_version=18, dynamo=False,
        )  # fmt: skip
    quantize_dynamic(
        scratch / "float.onnx",
        scratch / "int8.onnx",
        weight_type=QuantType.QInt8,
        per_channel=True,
        extra_options={"MatMulConstBOnly": False},
    )
    return scratch / "int8.onnx"


def _in_openvino(setup: Setup) -> Score:
    scorer = Scorer(setup.ours, threads=setup.threads, runtime="openvino")
    return lambda pairs: scorer.score(pairs).probabilities


PEERS = {
    "cross-encoder": Peer("CrossEncoder.predict, torch float32", _cross_encoder, 6.0, exact=True),
    "pipeline": Peer("transformers pipeline, batches of 32", _pipeline, 8.0, exact=True),
    "cross-encoder-onnx": Peer("CrossEncoder.predict, its own ONNX int8", _own_onnx, 1.5),
    "onnx-like": Peer("CrossEncoder.predict, a graph like its ONNX int8", _like_own_onnx, 1.5),
    "openvino": Peer("nli --runtime openvino", _in_openvino, None),
}
