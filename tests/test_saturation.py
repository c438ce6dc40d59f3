"""Processors whose int8 products saturate are noticed, and the shipped checkpoints can follow."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from nli import onnx_engines

ROOT = Path(__file__).parent.parent


def probe() -> bytes:
    """64 products of 255 with 127 a sum, for 8 rows and 32 columns: pairs of them are more than 16 bits hold."""
    weights = numpy_helper.from_array(np.full((64, 32), 127, dtype=np.int8), "weights")
    values = helper.make_tensor_value_info("values", TensorProto.UINT8, [8, 64])
    sums = helper.make_tensor_value_info("sums", TensorProto.INT32, [8, 32])
    node = helper.make_node("MatMulInteger", ["values", "weights"], ["sums"])
    graph = helper.make_graph([node], "saturation", [values], [sums], [weights])
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="claim-nli"
    )
    return model.SerializeToString()


def test_the_probe_is_what_it_says():
    assert Path(onnx_engines.__file__).with_name("saturation.onnx").read_bytes() == probe()


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="nothing says what this processor has")
def test_a_processor_with_vnni_does_not_saturate():
    if "vnni" not in Path("/proc/cpuinfo").read_text():
        pytest.skip("a processor without VNNI")
    assert not onnx_engines.saturates()


@pytest.mark.parametrize("name", ["default", "fast"])
def test_with_uint8_weights_a_checkpoint_says_the_same(name):
    """What a processor that saturates is given, here beside what this one computes with."""
    if onnx_engines.saturates():
        pytest.skip("this processor has only one way")
    path = ROOT / "models" / name / "model.onnx"
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    careful = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    usual = onnx_engines.open_session(path, 1)
    ids = np.array([[0, 1000, 2002, 3003, 2, 2, 1000, 2002, 4004, 2]], dtype=np.int64)
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    feed = {i.name: feed[i.name] for i in usual.get_inputs()}
    np.testing.assert_allclose(careful.run(None, feed)[0], usual.run(None, feed)[0], atol=0.2)
