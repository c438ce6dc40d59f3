"""A shipped int8 ONNX checkpoint -> the same weights in float32 as a transformers folder, for GPUs, fine-tuning and other libraries.

Parameters keep their names in the graph, some with a suffix, but for the weight of a quantised product: it is named after its node,
and multiplied with what the product's input is divided by.
What a product multiplies with is stored as (inputs, outputs), the transpose of what torch keeps.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from nli.checkpoints import Checkpoint
from nli.errors import CheckpointError, DependencyError, InputError, first_line

PREFIX = "model."  # of the traced wrapper that models/export.py puts around the model
PRODUCTS = ("MatMulIntegerToFloat", "MatMulInteger")


def dequantise(checkpoint: Checkpoint, folder: Path) -> None:
    """Writes config, tokenizer, decision and model.safetensors (float32); `folder` appears whole.

    Raises InputError when `folder` is in use or cannot be written, CheckpointError when the graph is not one of models/export.py.
    """
    if not checkpoint.onnx:
        raise CheckpointError(f"{checkpoint.name}: its weights are in safetensors already; copy {checkpoint.path}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: is there already; name a new or empty folder")
    graph = _Graph(checkpoint.path / "model.onnx")
    state = graph.state()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".partial", dir=folder.parent))
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror or error})") from error
    try:
        _write(checkpoint.path, partial, state)
        partial.chmod(0o755)
        partial.replace(folder)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(source: Path, folder: Path, state: dict[str, np.ndarray]) -> None:
    from safetensors.numpy import save_file

    for file in source.iterdir():
        if file.suffix in {".json", ".txt", ".model"} and file.name != "manifest.json":
            shutil.copyfile(file, folder / file.name)
    save_file(
        {name: np.ascontiguousarray(value) for name, value in state.items()},
        folder / "model.safetensors",
        {"format": "pt"},
    )


def int8_products(checkpoint: Checkpoint) -> int:
    """Multiply-adds a token in the int8 products of an ONNX checkpoint; 0 for any other."""
    if not checkpoint.onnx:
        return 0
    graph = _Graph(checkpoint.path / "model.onnx")
    return sum(graph.constants[node.input[1]].size for node in graph.products())


class _Graph:
    """The constants of an ONNX graph, and who makes and uses each tensor."""

    def __init__(self, path: Path) -> None:
        try:
            import onnx
            from onnx import numpy_helper
        except ImportError as error:
            raise DependencyError("the package onnx is missing; pip install 'claim-nli[bench]'") from error
        try:
            graph = onnx.load(path).graph
        except Exception as error:  # protobuf and onnx raise their own types for broken files
            raise CheckpointError(f"{path}: cannot be read ({first_line(error)})") from error
        self.path = path
        self.nodes: list[Any] = list(graph.node)
        self.constants: dict[str, np.ndarray] = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
        self.makers = {name: node for node in self.nodes for name in node.output}
        self.users: dict[str, list[Any]] = {}
        for node in self.nodes:
            for name in node.input:
                self.users.setdefault(name, []).append(node)

    def state(self) -> dict[str, np.ndarray]:
        """Parameter name -> float32 values as torch keeps them."""
        found = {self._layer(node) + ".weight": self._product_weight(node) for node in self.products()}
        for node in self.nodes:
            if node.op_type == "GatherBlockQuantized":
                found[node.input[0].removeprefix(PREFIX).removesuffix("_Q4")] = self._blocks(node)
        for name in (n for n in self.users if n.startswith(PREFIX)):
            parameter, value = name.removeprefix(PREFIX).removesuffix("_Transposed"), self._float(name)
            if parameter.endswith((".weight", ".bias")) and value is not None:
                found[parameter] = value.T if self._multiplies(name) else value
        if not found:
            raise CheckpointError(f"{self.path}: no parameters found by name; expected a graph of models/export.py")
        return found

    def products(self) -> list[Any]:
        return [n for n in self.nodes if n.op_type in PRODUCTS and n.input[1] in self.constants]

    def _layer(self, product: Any) -> str:
        """The module that a product belongs to: nodes are called after the modules that they were traced from."""
        return str(product.name.lstrip("/").replace("/", ".").removeprefix(PREFIX).rpartition(".")[0])

    def _product_weight(self, product: Any) -> np.ndarray:
        base = product.input[1].removesuffix("_quantized")
        values, zero = (self.constants[n].astype(np.float32) for n in (product.input[1], f"{base}_zero_point"))
        weight: np.ndarray = ((values - zero) * self.constants[f"{base}_scale"]).T * self._factors(product)
        return weight

    def _factors(self, product: Any) -> np.ndarray:
        """What each channel of a product's input is multiplied with before it is rounded, (inputs,), or 1."""
        return self.constants.get(f"{product.input[0].removesuffix('_quantized')}_factors", np.ones((), np.float32))

    def _blocks(self, node: Any) -> np.ndarray:
        """A table in blocks along its rows, rounded to half precision as the engine does where its scales are."""
        size = next(a.i for a in node.attribute if a.name == "block_size")
        values, scales = (self.constants[node.input[k]] for k in (0, 2))
        zeros = self.constants[node.input[3]].astype(np.float32) if len(node.input) > 3 else np.float32(0)
        width = values.shape[1]
        wide = [np.repeat(x, size, axis=1)[:, :width] if np.ndim(x) else x for x in (zeros, scales.astype(np.float32))]
        table: np.ndarray = ((values.astype(np.float32) - wide[0]) * wide[1]).astype(scales.dtype).astype(np.float32)
        return table

    def _float(self, name: str) -> np.ndarray | None:
        """The values of a constant or of one that a single cast or dequantisation makes; None for anything computed."""
        if name in self.constants:
            return self.constants[name].astype(np.float32)
        maker = self.makers.get(name)
        if maker is None or maker.input[0] not in self.constants:
            return None
        values = self.constants[maker.input[0]].astype(np.float32)
        if maker.op_type == "Cast":
            return values
        if maker.op_type != "DequantizeLinear":
            return None
        axis = next((a.i for a in maker.attribute if a.name == "axis"), 1)
        around = [1 if k != axis else -1 for k in range(values.ndim)]
        scale, *zero = (self.constants[n].astype(np.float32).reshape(around) for n in maker.input[1:])
        result: np.ndarray = (values - zero[0] if zero else values) * scale
        return result

    def _multiplies(self, name: str) -> bool:
        """Whether a matrix is stored as (inputs, outputs)."""
        (user, *_) = self.users[name]
        straight = user.op_type == "Gemm" and any(a.name == "transB" and a.i for a in user.attribute)
        return user.op_type in {"MatMul", "Gemm"} and name == user.input[1] and not straight
