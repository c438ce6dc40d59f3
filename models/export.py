"""A trained checkpoint -> the folder that ships: `python models/export.py models/runs/default/checkpoint models/default`.

Encoder weights in int8 (a scale a channel), their inputs in uint8 as `quantise.py` plans it, word embeddings in 4 bits (blocks of 32),
the head's layer in int8, positions in half precision, the rest in float32; the tokenizer, the recipe, and a manifest with
sizes and hashes. Weights of 7 bits, which cannot saturate on processors without VNNI, cost average precision on articles; the
engine's session option `session.x64quantprecision` keeps those processors right with 8 (`nli/onnx_engines.py`).
"""

import argparse
import functools
import hashlib
import itertools
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from mix import news
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
from quantise import Rounding, absorb, observe, roundings
from rounding import round_inputs
from tqdm import tqdm
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

NEWS = Path(__file__).parent.parent / "eval/data/news_pairs.jsonl"
OBSERVED = 800  # pairs whose activations are looked at
MAX_LENGTH = 256  # tokens; longer pairs are cut, and counted


class Logits(torch.nn.Module):
    """The model as a function of ids and mask, for tracing."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


def shorten(model: PreTrainedModel) -> None:
    """Keeps only the position embeddings that `MAX_LENGTH` tokens need (the first two rows are padding)."""
    table = model.base_model.embeddings.position_embeddings
    table.weight.data = table.weight.data[: MAX_LENGTH + 2].clone()
    table.num_embeddings = MAX_LENGTH + 2
    model.config.max_position_embeddings = MAX_LENGTH + 2


def forward_passes(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Iterator[Callable[[], object]]:
    """The model's runs over the project's own news pairs for training, to see how large its activations get."""
    pairs = [(pair.premise, pair.hypothesis) for pair in itertools.islice(news([NEWS]), OBSERVED)]
    for start in tqdm(range(0, len(pairs), 32), desc="calibrating"):
        batch = tokenizer(
            pairs[start : start + 32], padding=True, truncation=True, max_length=MAX_LENGTH, return_tensors="pt"
        )
        yield functools.partial(model, **batch)


def to_onnx(model: PreTrainedModel, path: Path) -> None:
    example = torch.tensor([[0, 100, 2, 2, 200, 2], [0, 100, 2, 2, 2, 1]])
    axes = {"input_ids": {0: "batch", 1: "tokens"}, "attention_mask": {0: "batch", 1: "tokens"}, "logits": {0: "batch"}}
    torch.onnx.export(
        Logits(model), (example, (example != 1).long()), str(path), input_names=["input_ids", "attention_mask"],
        output_names=["logits"], dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip


def quantise_embeddings(path: Path, block: int) -> None:
    """Word embeddings to 4 bits, with half-precision scales."""
    model = onnx.load(path)
    words = max((i for i in model.graph.initializer), key=lambda i: i.dims[0] if "word_embeddings" in i.name else 0)
    others = [n.name for n in model.graph.node if n.op_type == "Gather" and n.input[0] != words.name]
    config = DefaultWeightOnlyQuantConfig(
        block, is_symmetric=True, bits=4, op_types_to_quantize=("Gather",), quant_axes=(("Gather", 1),)
    )
    quantizer = MatMulNBitsQuantizer(model, nodes_to_exclude=others, algo_config=config)
    quantizer.process()
    model = quantizer.model.model
    (node,) = (n for n in model.graph.node if n.op_type == "GatherBlockQuantized")
    scales = next(i for i in model.graph.initializer if i.name == node.input[2])
    scales.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(scales).astype(np.float16), scales.name))
    output = node.output[0]
    node.output[0] = f"{output}_half"
    cast = helper.make_node("Cast", [f"{output}_half"], [output], name=f"{node.name}_cast", to=TensorProto.FLOAT)
    model.graph.node.insert(list(model.graph.node).index(node) + 1, cast)
    onnx.save(model, path)


def shrink_the_rest(path: Path) -> None:
    """The two large tables that are still float32, without a change to how they compute: the head's layer as int8 with a scale
    a column, turned back when loaded; the position embeddings in half precision."""
    model = onnx.load(path)
    graph = model.graph
    for tensor in [i for i in graph.initializer if i.data_type == TensorProto.FLOAT and np.prod(i.dims) > 100_000]:
        values = numpy_helper.to_array(tensor)
        (user,) = (n for n in graph.node if tensor.name in n.input)
        small = f"{tensor.name}_small"
        if user.op_type == "Gather":
            graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), small))
            node = helper.make_node("Cast", [small], [tensor.name], name=f"{small}_cast", to=TensorProto.FLOAT)
        else:
            scale = np.abs(values).max(axis=0) / 127
            graph.initializer.append(numpy_helper.from_array(np.round(values / scale).astype(np.int8), small))
            graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), f"{small}_scale"))
            zeros = np.zeros(scale.shape, dtype=np.int8)  # written out: where weights become uint8 they must follow
            graph.initializer.append(numpy_helper.from_array(zeros, f"{small}_zero"))
            inputs = [small, f"{small}_scale", f"{small}_zero"]
            node = helper.make_node("DequantizeLinear", inputs, [tensor.name], name=f"{small}_dequantise", axis=1)
        graph.initializer.remove(tensor)
        graph.node.insert(0, node)
    onnx.save(model, path)


def quantise(source: Path, target: Path, rounded: dict[str, Rounding], block: int | None) -> None:
    names = [n.name for n in onnx.load(source, load_external_data=False).graph.node if n.op_type in {"MatMul", "Gemm"}]
    outside = [name for name in names if "/encoder/layer" not in name]
    outside += [f"{name}_MatMul" for name in outside]  # what the quantizer calls a Gemm that it splits
    quantize_dynamic(
        source,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul"],
        nodes_to_exclude=outside,
    )
    if rounded:
        round_inputs(target, rounded)
    if block:
        quantise_embeddings(target, block)
    shrink_the_rest(target)


def write_manifest(folder: Path) -> None:
    files = sorted(
        p
        for p in folder.iterdir()
        if p.suffix in {".onnx", ".json"} and p.name not in {"manifest.json", "decision.json"}
    )
    facts = {p.name: {"bytes": p.stat().st_size, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for p in files}
    (folder / "manifest.json").write_text(json.dumps({"files": facts}, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("output", type=Path)
    args = parser.parse_args()
    model = AutoModelForSequenceClassification.from_pretrained(args.checkpoint, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(args.checkpoint)
    recipe = json.loads((args.checkpoint / "recipe.json").read_text(encoding="utf-8"))
    rounded = roundings(model, observe(model, forward_passes(model, AutoTokenizer.from_pretrained(args.checkpoint))))
    absorb(model, rounded)
    shorten(model)
    args.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        to_onnx(model, Path(folder) / "model.onnx")
        quantise(
            Path(folder) / "model.onnx",
            args.output / "model.onnx",
            rounded,
            recipe["recipe"]["base"].get("embedding_block"),
        )
    model.config.save_pretrained(args.output)
    tokenizer.model_max_length = MAX_LENGTH
    tokenizer.save_pretrained(args.output)
    compact = json.loads((args.output / "tokenizer.json").read_text(encoding="utf-8"))
    (args.output / "tokenizer.json").write_text(
        json.dumps(compact, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    shutil.copy(args.checkpoint / "recipe.json", args.output)
    write_manifest(args.output)
    print(sum(p.stat().st_size for p in args.output.iterdir()) / 1e6, "MB")


if __name__ == "__main__":
    main()
