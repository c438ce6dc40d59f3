"""The shipped weights in float32: every product against the graph's own, the whole against the engine's scores."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from conftest import tiny_tokenizer
from transformers import MPNetConfig, MPNetForSequenceClassification

import nli
from nli import checkpoints
from nli.cli import main
from nli.dequantise import dequantise, int8_products
from nli.errors import CheckpointError, InputError
from nli.onnx_engines import saturates
from nli.records import LABELS

onnx = pytest.importorskip("onnx")
import onnxruntime  # noqa: E402

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "models"))
FROZEN = [(r["premise"], r["hypothesis"]) for r in json.loads((ROOT / "tests/frozen_scores.json").read_text("utf-8"))]
WORDS = {"input_ids": np.array([[0, 2023, 2007, 2, 2, 2054, 2]]), "attention_mask": np.ones((1, 7), dtype=np.int64)}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The shipped checkpoint; its float32 twin as the command writes it: the folder, and loaded."""
    folder = tmp_path_factory.mktemp("float") / "new/twin"
    result = CliRunner().invoke(main, ["export", str(folder)])
    assert result.exit_code == 0 and "in float32" in result.stderr, result.output
    assert [path.name for path in folder.parent.iterdir()] == ["twin"]
    return checkpoints.load(), folder, nli.Detector.load(str(folder))


def test_every_product_is_the_graphs_own(shipped):
    """Given the inputs that a product has in the int8 graph, the float32 layer gives its outputs: weights, layout and names."""
    checkpoint, _, twin = shipped
    model = onnx.load(checkpoint.path / "model.onnx")
    products = [n for n in model.graph.node if n.op_type == "MatMulIntegerToFloat"]
    embedded = next(n.output[0] for n in model.graph.node if n.op_type == "LayerNormalization")
    for name in {embedded, *(n.output[0] for n in products)}:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    for name in {n.input[0] for n in products}:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.UINT8, None))
    options = onnxruntime.SessionOptions()
    if saturates():  # the products that count are the engine's, whose session makes them right by rewriting the graph
        options.add_session_config_entry("session.x64quantprecision", "1")
    else:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    found = dict(zip((o.name for o in session.get_outputs()), session.run(None, WORDS), strict=True))
    network = twin.scorer.engine.model
    with torch.inference_mode():
        ours = network.base_model.embeddings(input_ids=torch.from_numpy(WORDS["input_ids"])).numpy()
    np.testing.assert_allclose(ours, found[embedded], atol=1e-5)
    layers = dict(network.named_modules())
    constants = {i.name: onnx.numpy_helper.to_array(i) for i in model.graph.initializer}
    assert len(products) > 0
    for node in products:
        layer = layers[node.name.removeprefix("/model/").removesuffix("/MatMul_quant").replace("/", ".")]
        values, _, scale, _, zero, _, *bias = node.input
        given = (found[values].astype(np.float32) - constants[zero]) * constants[scale]
        given /= constants.get(values.replace("_quantized", "_factors"), 1)
        expected = given @ layer.weight.detach().numpy().T + (layer.bias.detach().numpy() if bias else 0)
        np.testing.assert_allclose(expected, found[node.output[0]], rtol=1e-3, atol=2e-4, err_msg=node.name)


def test_scores_differ_by_the_rounding_of_activations(shipped):
    checkpoint, _, twin = shipped
    int8 = nli.Detector.load().scorer.score(FROZEN).probabilities
    float32 = twin.scorer.score(FROZEN).probabilities
    assert (int8.argmax(axis=1) == float32.argmax(axis=1)).all()
    assert np.abs(int8 - float32).mean() < 0.01
    assert twin.scorer.checkpoint.decision == checkpoint.decision


@pytest.mark.parametrize("planned", [True, False], ids=["planned rounding, 4 bit words", "dynamic ranges, float words"])
def test_what_was_float_stays_what_it_was(planned, tmp_path):
    """A model whose weights are known, of other sizes than the shipped one, out through models/export.py and back."""
    pytest.importorskip("onnx_ir")  # of the extra for training
    import export as exporting
    import quantise

    torch.manual_seed(3)
    tokenizer = tiny_tokenizer()
    config = MPNetConfig(
        vocab_size=len(tokenizer), hidden_size=320, num_hidden_layers=2, num_attention_heads=4, intermediate_size=160,
        max_position_embeddings=66, id2label=dict(enumerate(LABELS)),
    )  # fmt: skip
    model = MPNetForSequenceClassification(config).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.1)  # equal ones would be one constant in the graph
    before = {name: value.clone() for name, value in model.state_dict().items()}
    ids = {name: torch.from_numpy(values) % len(tokenizer) for name, values in WORDS.items()}
    logits = model(**ids).logits.detach().numpy()
    rounded, block = {}, None
    if planned:
        rounded, block = quantise.roundings(model, quantise.observe(model, [lambda: model(**ids)])), 32
        quantise.absorb(model, rounded)
    (tmp_path / "int8").mkdir()
    exporting.to_onnx(model, tmp_path / "float.onnx")
    exporting.quantise(tmp_path / "float.onnx", tmp_path / "int8/model.onnx", rounded, block)
    session = onnxruntime.InferenceSession(tmp_path / "int8/model.onnx")
    np.testing.assert_allclose(session.run(None, {k: v.numpy() for k, v in ids.items()})[0], logits, atol=0.1)
    config.save_pretrained(tmp_path / "int8")
    tokenizer.save_pretrained(tmp_path / "int8")
    int8 = checkpoints.load(str(tmp_path / "int8"))
    dequantise(int8, tmp_path / "twin")
    twin = MPNetForSequenceClassification.from_pretrained(tmp_path / "twin").state_dict()
    layers = quantise.encoder_linears(model)
    steps = {"classifier.dense": 127, **dict.fromkeys(layers, 127)}
    steps |= {"mpnet.embeddings.word_embeddings": 7} if planned else {}
    for name, value in before.items():
        layer = name.removesuffix(".weight")
        divisors = rounded[layer].divisors if layer in rounded and name != layer else None
        divisors = torch.ones(()) if divisors is None else divisors
        step = (value * divisors).abs().max() / divisors / steps.get(layer, 1e6)
        assert ((twin[name] - value).abs() <= step).all(), name
    assert int8_products(int8) == 2 * (4 * 320 * 320 + 2 * 320 * 160)


def test_refusals(shipped, tiny, tmp_path):
    checkpoint, folder, _ = shipped
    with pytest.raises(InputError, match="is there already"):
        dequantise(checkpoint, folder)
    with pytest.raises(CheckpointError, match="in safetensors already"):
        dequantise(checkpoints.load(str(tiny)), tmp_path / "out")
    broken = tmp_path / "broken"
    shutil.copytree(checkpoint.path, broken, ignore=shutil.ignore_patterns("manifest.json", "model.onnx"))
    (broken / "model.onnx").write_bytes(b"not a graph")
    result = CliRunner().invoke(main, ["export", str(tmp_path / "out"), "--model", str(broken)])
    assert result.exit_code == 1 and "cannot be" in result.stderr and "Traceback" not in result.output
    assert {p.name for p in tmp_path.iterdir()} == {"broken"}
